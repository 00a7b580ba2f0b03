#include "widgets/library/map_colours.h"

#include "core/library/studies/value_places.h"
#include "core/tables/cell.h"
#include "widgets/charts/run_look.h"
#include "widgets/look/shown_text.h"
#include "widgets/look/tone.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace mama {
namespace {

constexpr std::size_t mostColours = 8, steps = 24;

QString words(const char* text) { return QCoreApplication::translate("mama::MapColours", text); }

QColor unknown(const QPalette& palette)
{
    return isDark(palette, QPalette::Base) ? QColor(0x6e, 0x6e, 0x6e) : QColor(0xa8, 0xa8, 0xa8);
}

// Viridis (Smith and van der Walt), of which the end that the ground swallows is left out.
QColor rampColour(double share, const QPalette& palette)
{
    static constexpr std::array<QRgb, 10> viridis{0xff440154, 0xff482878, 0xff3e4a89, 0xff31688e, 0xff26828e,
                                                  0xff1f9e89, 0xff35b779, 0xff6dcd59, 0xffb4de2c, 0xfffde725};
    const double at = (isDark(palette, QPalette::Base) ? 0.25 + 0.75 * share : 0.78 * share) * (viridis.size() - 1);
    const auto low = std::min(static_cast<std::size_t>(at), viridis.size() - 2);
    const double part = at - static_cast<double>(low);
    const auto between = [&](int a, int b) { return static_cast<int>(std::lround(a + part * (b - a))); };
    const QRgb a = viridis[low], b = viridis[low + 1];
    return {between(qRed(a), qRed(b)), between(qGreen(a), qGreen(b)), between(qBlue(a), qBlue(b))};
}

MapColours ramp(const std::vector<double>& values, const QPalette& palette, int digits)
{
    MapColours out;
    out.isRamp = true;
    double low = INFINITY, high = -INFINITY;
    for (const double value : values)
        if (!std::isnan(value)) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    for (const double value : values) {
        const double share = high > low ? (value - low) / (high - low) : 0.5;
        out.kinds.push_back(std::isnan(value) ? std::uint8_t{0}
                                              : static_cast<std::uint8_t>(1 + std::lround(share * (steps - 1))));
    }
    out.colours.push_back(unknown(palette));
    out.words = {words("not given"), low <= high ? shownNumber(low, digits) : QString(),
                 low <= high ? shownNumber(high, digits) : QString()};
    for (std::size_t i = 0; i < steps; ++i)
        out.colours.push_back(rampColour(static_cast<double>(i) / (steps - 1), palette));
    return out;
}

// Of each study the code of its highest value; 0: it has none.
std::vector<std::uint16_t> codesOf(const StudyColumns& columns, const StudyColumn& field,
                                   const std::vector<std::uint32_t>& places)
{
    std::vector<std::uint16_t> codes(columns.size(), 0);
    for (std::size_t row = 0; row < field.codes.size(); ++row) {
        std::uint16_t& code = codes[field.studyOf(row)];
        if (places[field.codes[row]] > places[code])
            code = field.codes[row];
    }
    return codes;
}

bool isOfNumbers(const StudyColumn& field)
{
    return std::all_of(field.values.begin() + 1, field.values.end(),
                       [](const std::string& value) { return asNumber(value).has_value(); });
}

} // namespace

MapColours coloursOfField(const StudyColumns& columns, const StudyColumn& field, const QPalette& palette)
{
    const std::vector<std::uint32_t> places = placesOf(field.values);
    const std::vector<std::uint16_t> codes = codesOf(columns, field, places);
    std::vector<std::size_t> counts(field.values.size());
    for (const std::uint16_t code : codes)
        ++counts[code];
    std::vector<std::uint16_t> shown;
    for (std::uint16_t code = 1; code < counts.size(); ++code)
        if (counts[code] > 0)
            shown.push_back(code);
    if (shown.size() > mostColours && isOfNumbers(field)) {
        std::vector<double> values;
        for (const std::uint16_t code : codes)
            values.push_back(code == 0 ? std::numeric_limits<double>::quiet_NaN()
                                       : asNumber(field.values[code]).value_or(0));
        return ramp(values, palette, 0);
    }
    MapColours out;
    const bool together = shown.size() > mostColours;
    std::stable_sort(shown.begin(), shown.end(), [&](auto a, auto b) { return counts[a] > counts[b]; });
    shown.resize(std::min(shown.size(), together ? mostColours - 1 : mostColours));
    std::sort(shown.begin(), shown.end(), [&](auto a, auto b) { return places[a] < places[b]; });
    std::vector<std::uint8_t> kindOf(field.values.size(), together ? std::uint8_t{mostColours} : std::uint8_t{0});
    kindOf[0] = 0;
    out.colours.push_back(unknown(palette));
    out.words.push_back(words("not given"));
    for (const std::uint16_t code : shown) {
        kindOf[code] = static_cast<std::uint8_t>(out.colours.size());
        out.colours.push_back(runColour(static_cast<int>(out.colours.size()) - 1, palette));
        QString word = QString::fromStdString(field.values[code]);
        if (const std::string_view means = field.meaning(code); !means.empty() && means != field.values[code])
            word += QStringLiteral(" (%1)").arg(QString::fromUtf8(means.data(), qsizetype(means.size())));
        out.words.push_back(word);
    }
    if (together) {
        out.colours.push_back(runColour(static_cast<int>(mostColours) - 1, palette));
        out.words.push_back(words("other values"));
    }
    for (const std::uint16_t code : codes)
        out.kinds.push_back(kindOf[code]);
    return out;
}

MapColours coloursOfScores(std::span<const float> scores, const QPalette& palette)
{
    return ramp({scores.begin(), scores.end()}, palette, 3);
}

MapColours plainColours(std::size_t studies, const QPalette& palette)
{
    return {std::vector<std::uint8_t>(studies, 1),
            {unknown(palette), runColour(0, palette)},
            {QString(), QString()},
            false};
}

} // namespace mama
