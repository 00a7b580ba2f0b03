// mama preprocess: what the encoder sees of one image, and the geometry that leads there and back.
#include "app/mama/options.h"
#include "core/base/error.h"
#include "core/base/npy.h"
#include "core/base/path_text.h"
#include "core/dicom/read/image_file.h"
#include "core/image/profile.h"
#include "core/study/describe_image.h"

#include <array>
#include <cstring>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

struct Options
{
    std::string file, profile = "mama", out, grey, photometric;
    std::vector<int> region; // first row, end row, first column, end column
    std::vector<int> size;   // side, or rows and columns; empty: the profile's
    int frame = 0, patch = 0, longSide = -1, squareSide = 0, quality = -1;
    bool json = false, noJpeg = false, noScale = false;
};

Profile profileOf(const Options& options)
{
    Profile profile = findProfile(options.profile);
    if (options.longSide >= 0)
        profile.firstLongSide = options.longSide;
    if (options.squareSide > 0)
        profile.squareSide = options.squareSide;
    if (options.quality >= 0) {
        profile.jpeg = options.quality > 0;
        profile.jpegQuality = options.quality;
    }
    if (options.noJpeg)
        profile.jpeg = false;
    if (options.noScale)
        profile.scaleToMaximum = false;
    return profile;
}

StoredImage cut(const StoredImage& image, const std::vector<int>& region)
{
    if (region.empty())
        return image;
    if (region[0] < 0 || region[1] > image.rows || region[0] >= region[1] || region[2] < 0 ||
        region[3] > image.columns || region[2] >= region[3])
        throw Error(ErrorCode::Usage, "preprocess", "--region",
                    "outside the image of " + std::to_string(image.rows) + " rows and " +
                        std::to_string(image.columns) + " columns");
    StoredImage part{region[1] - region[0], region[3] - region[2], image.channels, image.type, {}};
    const std::size_t pixel = bytesPerSample(image.type) * static_cast<std::size_t>(image.channels),
                      row = pixel * static_cast<std::size_t>(part.columns);
    part.bytes.resize(row * static_cast<std::size_t>(part.rows));
    for (int r = 0; r < part.rows; ++r) {
        const std::size_t from = (static_cast<std::size_t>(region[0] + r) * static_cast<std::size_t>(image.columns) +
                                  static_cast<std::size_t>(region[2])) *
                                 pixel;
        std::memcpy(part.bytes.data() + static_cast<std::size_t>(r) * row, image.bytes.data() + from, row);
    }
    return part;
}

Extent sizeOf(const std::vector<int>& given) { return given.empty() ? Extent() : Extent(given.back(), given.front()); }

// One number where it is a square, else [rows, columns].
nlohmann::json sizeOf(const Extent& size)
{
    return size.square() ? nlohmann::json(size.rows) : nlohmann::json{size.rows, size.columns};
}

void writeInput(const PreparedImage& prepared, const std::string& path)
{
    const std::array<std::int64_t, 3> shape{3, prepared.size.rows, prepared.size.columns};
    writeNpy(path, inputOf(prepared), shape);
}

void writeGrey(const PreparedImage& prepared, const std::string& path)
{
    const auto bytes = std::as_bytes(std::span(prepared.seenGrey.values));
    writeNpy(path, NpyArray{"u1", {prepared.size.rows, prepared.size.columns}, {bytes.begin(), bytes.end()}});
}

nlohmann::json describe(const PreparedImage& prepared, const SpacingFact& spacing, bool changed)
{
    const Geometry::Chain& c = prepared.geometry.chain();
    nlohmann::json patch;
    if (spacing.mm) {
        const Spacing mm = prepared.geometry.patchSize(*spacing.mm);
        patch = {mm.row, mm.column};
    }
    // Padding to the square before the crop; a profile that keeps the aspect pads after it, in model input.
    const bool after = prepared.profile.keepAspect || prepared.profile.fit == Profile::Fit::Pad;
    const int side = prepared.profile.squareSide;
    const int left = after ? static_cast<int>(-c.offsetX) : c.padLeft,
              top = after ? static_cast<int>(-c.offsetY) : c.padTop;
    nlohmann::json padding{left, top, 0, 0};
    if (after)
        padding = {left, top, prepared.size.columns - left - static_cast<int>(c.inputColumns),
                   prepared.size.rows - top - static_cast<int>(c.inputRows)};
    else if (prepared.profile.pipeline == Profile::Pipeline::Reference)
        padding = {left, top, side - left - c.resizedColumns, side - top - c.resizedRows};
    return {
        {"profile", prepared.profile.name},
        {"version", prepared.profile.version},
        {"profile_changed", changed},
        {"profile_settings", toJson(prepared.profile)},
        {"size", sizeOf(prepared.size)},
        {"crop", {c.crop.x0, c.crop.y0, c.crop.x1, c.crop.y1}},
        {"cropped", prepared.cropped},
        {"otsu_threshold", prepared.otsuThreshold >= 0 ? nlohmann::json(prepared.otsuThreshold) : nlohmann::json()},
        {"padding", padding},
        {"scale",
         {static_cast<double>(c.resizedColumns) / c.storedColumns, static_cast<double>(c.resizedRows) / c.storedRows}},
        {"patch_mm", patch},
        {"spacing_source", spacing.basis.english()},
        {"geometry", prepared.geometry.toJson()}};
}

int run(const Options& options)
{
    checkOutputs({{"--out", options.out}, {"--grey", options.grey}}, {{"FILE", options.file}});
    const Profile profile = profileOf(options);
    const auto file = ImageFile::open(givenPath(options.file));
    if (file->kind() != FileKind::Image)
        throw Error(ErrorCode::Unsupported, "preprocess", options.file,
                    std::string("not an image: ") + name(file->kind()));
    GreyPipeline pipeline = file->pipeline(options.frame);
    if (!options.photometric.empty())
        pipeline.inverted = options.photometric == "MONOCHROME1";
    const PreparedImage prepared = prepare(cut(file->readFrame(options.frame), options.region), pipeline, profile,
                                           {sizeOf(options.size), options.patch});
    if (!options.out.empty())
        writeInput(prepared, options.out);
    if (!options.grey.empty())
        writeGrey(prepared, options.grey);
    const SpacingFact spacing = describeImage(options.file, file->header(), options.frame).spacing;
    const nlohmann::json report = describe(prepared, spacing, toJson(profile) != toJson(findProfile(options.profile)));
    if (options.json)
        printJson(report);
    else
        std::cout << "profile " << profile.name << " version " << profile.version << ", crop " << report["crop"].dump()
                  << ", patch " << report["patch_mm"].dump() << " mm (" << spacing.basis.english() << ")\n";
    return Done;
}

void addOptions(CLI::App& command, Options& options)
{
    std::string names;
    for (const Profile& profile : builtInProfiles())
        names += (names.empty() ? "" : ", ") + profile.name;
    command.add_option("FILE", options.file, "A DICOM, PNG, JPEG, TIFF or PGM file")->required();
    command.add_option("--profile", options.profile, names + ", or a JSON file of the same form")
        ->capture_default_str();
    command.add_option("--frame", options.frame, "Frame of a multi-frame file, from 0")->check(CLI::NonNegativeNumber);
    command
        .add_option("--size", options.size,
                    "Side of the model's input, or its rows and columns; default: the profile's")
        ->expected(1, 2)
        ->check(CLI::PositiveNumber);
    command.add_option("--patch", options.patch, "Pixels a patch of the model; default: the profile's")
        ->check(CLI::PositiveNumber);
    command.add_option("--out", options.out, "The input as float32 [3, rows, columns], .npy");
    command.add_option("--grey", options.grey, "The same picture before normalisation as uint8 [rows, columns], .npy");
    addJsonOption(command, options.json);
    const std::string group = "Steps of the reference profiles, for comparison";
    command.add_option("--long-side", options.longSide, "First area resize to this long side; 0: none")
        ->check(CLI::NonNegativeNumber)
        ->group(group);
    command.add_option("--square-side", options.squareSide, "Side of the padded square before the Otsu box")
        ->check(CLI::PositiveNumber)
        ->group(group);
    command.add_option("--jpeg-quality", options.quality, "Quality of the JPEG in between; 0: none")
        ->check(CLI::Range(0, 100))
        ->group(group);
    command.add_flag("--no-jpeg", options.noJpeg, "Leave the JPEG out")->group(group);
    command
        .add_flag("--no-scale,--no-eight-bit-conversion", options.noScale,
                  "Leave out the scaling of the maximum to 255")
        ->group(group);
    command
        .add_option("--photometric", options.photometric,
                    "Take the pixels as MONOCHROME1 or MONOCHROME2, whatever the file says")
        ->check(CLI::IsMember({"MONOCHROME1", "MONOCHROME2"}));
    command
        .add_option("--region", options.region,
                    "Only rows R0 to R1 and columns C0 to C1 of the file (ends excluded): R0,R1,C0,C1")
        ->delimiter(',')
        ->expected(4);
}

} // namespace

void addPreprocess(CLI::App& app, Context& context)
{
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("preprocess", "What the image encoder sees of one image");
    command->footer(
        "crop: inclusive [x0, y0, x1, y1] in the resized and padded picture. padding: [left, top, right, bottom], of the square\n"
        "before the crop, or in model input where the aspect is kept. scale: stored pixels to resized ones [x, y]. patch_mm:\n"
        "a patch's footprint [row, column], null without a spacing. geometry: the whole chain.");
    addOptions(*command, *options);
    runs(*command, context, [options] { return run(*options); });
}

} // namespace mama::cli
