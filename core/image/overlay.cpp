#include "core/image/overlay.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

namespace mama {
namespace {

constexpr int barWidth = 90, lineHeight = 22, margin = 12, narrowest = 640;
constexpr int hatchStep = 14; // pixels between the lines of "not seen"

struct Value
{
    bool seen = false, air = false;
    double cosine = 0;
};

// The map at a stored point: bilinear between patch centres, the border's value beyond the outermost ones; a patch
// that was not seen takes no part.
Value valueAt(const OverlayPicture& p, Point stored)
{
    const auto at = p.geometry.patchAt(stored);
    if (!at || std::isnan(p.map.at(at->first, at->second)))
        return {};
    const auto [row, column] = *at;
    const Point input = p.geometry.toInput(stored);
    const CellSize& patch = p.geometry.chain().patch;
    Value out{true, false, 0};
    out.air = !p.breast.empty() && p.breast[static_cast<std::size_t>(row) * static_cast<std::size_t>(p.map.columns) +
                                            static_cast<std::size_t>(column)] == 0;
    const double x = std::clamp(input.x / patch.columns - 0.5, 0.0, p.map.columns - 1.0),
                 y = std::clamp(input.y / patch.rows - 0.5, 0.0, p.map.rows - 1.0);
    const int x0 = static_cast<int>(x), y0 = static_cast<int>(y);
    double sum = 0, weight = 0;
    for (int dy = 0; dy < 2; ++dy)
        for (int dx = 0; dx < 2; ++dx) {
            const int r = std::min(y0 + dy, p.map.rows - 1), c = std::min(x0 + dx, p.map.columns - 1);
            const double w = (dx ? x - x0 : 1 - (x - x0)) * (dy ? y - y0 : 1 - (y - y0));
            const float v = p.map.at(r, c);
            if (w > 0 && !std::isnan(v)) {
                sum += w * static_cast<double>(v);
                weight += w;
            }
        }
    out.cosine = weight > 0 ? sum / weight : static_cast<double>(p.map.at(row, column));
    return out;
}

cv::Mat colourTable()
{
    cv::Mat ramp(1, 256, CV_8UC1), table;
    for (int i = 0; i < 256; ++i)
        ramp.at<std::uint8_t>(0, i) = static_cast<std::uint8_t>(i);
    cv::applyColorMap(ramp, table, cv::COLORMAP_VIRIDIS); // even in lightness
    return table;
}

cv::Mat drawMap(const OverlayPicture& p, const cv::Mat& table)
{
    const cv::Mat grey(p.display.rows, p.display.columns, CV_8UC1, const_cast<std::uint8_t*>(p.display.values.data()));
    const double scale = std::min(1.0, static_cast<double>(p.longSide) / std::max(grey.rows, grey.cols));
    cv::Mat small, out;
    cv::resize(grey, small,
               cv::Size(std::max(1, static_cast<int>(std::lround(grey.cols * scale))),
                        std::max(1, static_cast<int>(std::lround(grey.rows * scale)))),
               0, 0, cv::INTER_AREA);
    cv::cvtColor(small, out, cv::COLOR_GRAY2BGR);
    const double fx = static_cast<double>(grey.cols) / out.cols, fy = static_cast<double>(grey.rows) / out.rows;
    for (int y = 0; y < out.rows; ++y)
        for (int x = 0; x < out.cols; ++x) {
            const Value value = valueAt(p, {(x + 0.5) * fx, (y + 0.5) * fy});
            cv::Vec3b& pixel = out.at<cv::Vec3b>(y, x);
            if (!value.seen && (x + y) % hatchStep < 2)
                pixel = {110, 110, 110};
            if (!value.seen || value.air)
                continue;
            const double share = std::clamp((value.cosine - p.low) / (p.high - p.low), 0.0, 1.0);
            const cv::Vec3b colour = table.at<cv::Vec3b>(0, static_cast<int>(std::lround(share * 255)));
            for (int k = 0; k < 3; ++k)
                pixel[k] = static_cast<std::uint8_t>(std::lround(pixel[k] * (1 - p.opacity) + colour[k] * p.opacity));
        }
    return out;
}

void write(cv::Mat& canvas, const std::string& text, int x, int y)
{
    cv::putText(canvas, text, {x, y}, cv::FONT_HERSHEY_SIMPLEX, 0.45, {230, 230, 230}, 1, cv::LINE_AA);
}

void drawBar(cv::Mat& canvas, const OverlayPicture& p, const cv::Mat& table, int left, int height)
{
    const int top = margin + 10, bottom = std::max(top + 1, std::min(height - margin, top + 400));
    for (int y = top; y <= bottom; ++y) {
        const double share = 1.0 - static_cast<double>(y - top) / (bottom - top);
        canvas.row(y)
            .colRange(left + margin, left + margin + 18)
            .setTo(cv::Scalar(table.at<cv::Vec3b>(0, static_cast<int>(std::lround(share * 255)))));
    }
    for (int tick = 0; tick <= 4; ++tick) {
        std::array<char, 16> text{};
        std::snprintf(text.data(), text.size(), "%+.2f", p.low + (p.high - p.low) * tick / 4);
        write(canvas, text.data(), left + margin + 24, bottom - (bottom - top) * tick / 4 + 4);
    }
}

// The font draws ASCII only; other characters are shown as "?", one each.
std::string drawable(const std::string& text)
{
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0U) == 0x80U)
            continue;
        out += byte >= 0x20 && byte < 0x7F ? c : '?';
    }
    return out;
}

// Lines no wider than the picture, broken at blanks.
std::vector<std::string> wrapped(const std::vector<std::string>& lines, int width)
{
    const std::size_t letters = static_cast<std::size_t>(std::max(20, (width - 2 * margin) / 9));
    std::vector<std::string> out;
    for (const std::string& line : lines) {
        std::string rest = drawable(line);
        while (rest.size() > letters) {
            const std::size_t blank = rest.rfind(' ', letters);
            const std::size_t cut = blank == std::string::npos || blank == 0 ? letters : blank;
            out.push_back(rest.substr(0, cut));
            rest = rest.substr(rest[cut] == ' ' ? cut + 1 : cut);
        }
        out.push_back(rest);
    }
    return out;
}

} // namespace

StoredImage drawOverlay(const OverlayPicture& picture)
{
    const auto& chain = picture.geometry.chain();
    const bool fits =
        picture.map.rows == picture.geometry.gridRows() && picture.map.columns == picture.geometry.gridColumns() &&
        picture.display.rows == chain.storedRows && picture.display.columns == chain.storedColumns &&
        picture.display.rows > 0 && (picture.breast.empty() || picture.breast.size() == picture.map.values.size());
    if (!fits || !(picture.high > picture.low))
        throw Error(ErrorCode::Internal, {action::drawOverlay}, "",
                    fits ? UserText{TextId("overlay.empty_range", "the colour range is empty")}
                         : UserText{TextId("overlay.sizes_differ", "image, map and geometry differ in size")});
    const cv::Mat table = colourTable();
    const cv::Mat image = drawMap(picture, table);
    const int width = std::max(image.cols + barWidth, narrowest);
    const std::vector<std::string> lines = wrapped(picture.legend, width);
    cv::Mat canvas(std::max(image.rows, 120) + margin + lineHeight * static_cast<int>(lines.size()), width, CV_8UC3,
                   cv::Scalar(24, 24, 24));
    image.copyTo(canvas(cv::Rect(0, 0, image.cols, image.rows)));
    drawBar(canvas, picture, table, image.cols, std::max(image.rows, 120));
    int y = std::max(image.rows, 120) + lineHeight;
    for (const std::string& line : lines) {
        write(canvas, line, margin, y);
        y += lineHeight;
    }
    cv::Mat rgb;
    cv::cvtColor(canvas, rgb, cv::COLOR_BGR2RGB);
    StoredImage out;
    out.rows = rgb.rows;
    out.columns = rgb.cols;
    out.channels = 3;
    out.type = SampleType::U8;
    out.bytes.resize(out.samples());
    std::memcpy(out.bytes.data(), rgb.data, out.bytes.size());
    return out;
}

void writePng(const std::filesystem::path& path, const StoredImage& rgb)
{
    if (rgb.channels != 3 || rgb.type != SampleType::U8)
        throw Error(ErrorCode::Internal, {action::writePicture}, path.string(),
                    {TextId("overlay.not_bit_colour_picture", "not an 8-bit colour picture")});
    const cv::Mat from(rgb.rows, rgb.columns, CV_8UC3, const_cast<std::byte*>(rgb.bytes.data()));
    cv::Mat bgr;
    cv::cvtColor(from, bgr, cv::COLOR_RGB2BGR);
    std::vector<std::uint8_t> png;
    if (!cv::imencode(".png", bgr, png))
        throw Error(ErrorCode::Internal, {action::writePicture}, path.string(),
                    {TextId("overlay.not_encoded", "it could not be encoded")});
    writeAtomically(path, std::as_bytes(std::span<const std::uint8_t>(png)));
}

} // namespace mama
