// mama decode: the pixels of one file, as stored, after the modality step, or as the window shows them.
#include "app/mama/options.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/npy.h"
#include "core/base/path_text.h"
#include "core/dicom/read/image_file.h"

#include <algorithm>
#include <charconv>
#include <iostream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

namespace mama::cli {
namespace {

struct Options
{
    std::string file, stage = "stored", voi = "0", out;
    int frame = -1; // none asked for
    bool json = false;
};

struct Statistics
{
    double least = std::numeric_limits<double>::infinity(), most = -least, sum = 0;
    std::uint64_t count = 0;

    void add(const StoredImage& image)
    {
        double frameSum = 0;
        for (std::size_t i = 0; i < image.samples(); ++i) {
            const auto value = static_cast<double>(storedValue(image, i));
            least = std::min(least, value);
            most = std::max(most, value);
            frameSum += value;
        }
        sum += frameSum;
        count += image.samples();
    }
};

std::string hexadecimal(std::uint32_t value)
{
    char text[9];
    std::snprintf(text, sizeof text, "%08x", value);
    return text;
}

const char* typeName(SampleType type)
{
    switch (type) {
    case SampleType::U8: return "u1";
    case SampleType::S8: return "i1";
    case SampleType::U16: return "u2";
    case SampleType::S16: return "i2";
    case SampleType::U32: return "u4";
    case SampleType::S32: return "i4";
    }
    return "";
}

// The list a reader chooses from, as --voi counts it.
nlohmann::json voiList(const GreyPipeline& pipeline)
{
    auto list = nlohmann::json::array();
    for (const VoiChoice& choice : pipeline.voi) {
        nlohmann::json entry{{"explanation", choice.explanation()}};
        if (choice.window) {
            constexpr const char* functions[] = {"LINEAR", "LINEAR_EXACT", "SIGMOID"};
            entry.update({{"kind", "window"},
                          {"center", choice.window->centre},
                          {"width", choice.window->width},
                          {"function", functions[static_cast<int>(choice.window->function)]}});
        } else {
            entry.update({{"kind", "lut"},
                          {"entries", choice.table->entries.size()},
                          {"first_mapped", choice.table->firstMapped},
                          {"bits", choice.table->bits}});
        }
        list.push_back(entry);
    }
    return list;
}

// --voi: a number in the list, or the explanation of one of its entries.
std::size_t chooseVoi(const GreyPipeline& pipeline, const std::string& wanted, const std::string& file)
{
    std::size_t index = 0;
    const auto [end, failed] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), index);
    const bool isNumber = failed == std::errc() && end == wanted.data() + wanted.size();
    if (isNumber && (index < pipeline.voi.size() || (index == 0 && pipeline.voi.empty())))
        return index;
    std::string names;
    for (std::size_t i = 0; i < pipeline.voi.size(); ++i) {
        if (!isNumber && pipeline.voi[i].explanation() == wanted)
            return i;
        names += " " + std::to_string(i) +
                 (pipeline.voi[i].explanation().empty() ? "" : "=" + pipeline.voi[i].explanation());
    }
    throw Error(ErrorCode::Usage, "decode", file,
                "--voi " + wanted + " is not among the file's choices:" + (names.empty() ? " 0 (auto)" : names));
}

NpyArray stageArray(ImageFile& file, const Options& options, int frame)
{
    NpyArray array;
    const StoredImage image = options.stage == "stored" ? file.storedFrame(frame) : file.readFrame(frame);
    const GreyPipeline pipeline = file.pipeline(frame);
    array.shape = {image.rows, image.columns};
    const auto take = [&](const auto& values) {
        const auto bytes = std::as_bytes(std::span(values));
        array.bytes.assign(bytes.begin(), bytes.end());
    };
    if (options.stage == "modality") {
        array.type = "f4";
        take(modalityValues(image, pipeline).values);
        return array;
    }
    if (image.channels == 3)
        array.shape.push_back(3);
    if (options.stage == "stored") {
        array.type = typeName(image.type);
        array.bytes = image.bytes;
    } else if (image.channels == 3) {
        array.type = "u1";
        take(displayColour(image, pipeline));
    } else {
        array.type = "u1";
        take(displayImage(image, pipeline, chooseVoi(pipeline, options.voi, options.file)).values);
    }
    return array;
}

// Figures of one frame where one was asked for, else of all.
nlohmann::json describe(ImageFile& file, const Options& options, const Job& job)
{
    Statistics statistics;
    const int first = std::max(options.frame, 0), last = options.frame >= 0 ? options.frame + 1 : file.header().frames;
    for (int frame = first; frame < last && !job.cancelled(); ++frame) {
        statistics.add(file.storedFrame(frame));
        job.report(static_cast<std::uint64_t>(frame - first + 1), static_cast<std::uint64_t>(last - first), "frames");
    }
    const std::uint32_t sum = crc32(options.frame >= 0 ? file.storedBytes(options.frame) : file.storedBytes());
    const GreyPipeline pipeline = file.pipeline(first);
    const ImageHeader& header = file.header();
    nlohmann::json out{
        {"rows", header.rows},
        {"columns", header.columns},
        {"frames", header.frames},
        {"bits_stored", header.bitsStored},
        {"signed", header.isSigned},
        {"photometric", header.photometric},
        {"transfer_syntax", header.transferSyntax},
        {"min", static_cast<std::int64_t>(statistics.least)},
        {"max", static_cast<std::int64_t>(statistics.most)},
        {"mean", statistics.sum / static_cast<double>(statistics.count)},
        {"crc32", hexadecimal(sum)},
        {"format", header.format},
        {"kind", name(file.kind())},
        {"channels", header.channels},
        {"bits_allocated", header.bitsAllocated},
        {"slope", pipeline.slope},
        {"intercept", pipeline.intercept},
        {"voi", voiList(pipeline)},
        {"warnings", english(header.warnings)},
    };
    if (pipeline.padding)
        out["padding"] = {pipeline.padding->first, pipeline.padding->second};
    auto planes = nlohmann::json::array();
    for (const OverlayPlane& plane : file.overlays())
        planes.push_back({{"rows", plane.bits.rows},
                          {"columns", plane.bits.columns},
                          {"origin", {plane.originRow, plane.originColumn}},
                          {"label", plane.label},
                          {"set", std::count(plane.bits.values.begin(), plane.bits.values.end(), 1)}});
    out["overlays"] = planes;
    return out;
}

int run(const Options& options, const Context& context)
{
    const auto file = ImageFile::open(givenPath(options.file));
    const Job job = context.job();
    if (!options.out.empty())
        writeNpy(options.out, stageArray(*file, options, std::max(options.frame, 0)));
    if (options.json || options.out.empty()) {
        const nlohmann::json figures = describe(*file, options, job);
        if (job.cancelled())
            return Cancelled;
        if (options.json)
            printJson(figures);
        else
            for (const auto& [key, value] : figures.items())
                std::cout << key << ": "
                          << (value.is_string() ? value.get<std::string>()
                                                : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace))
                          << "\n";
    }
    if (!options.json)
        for (const std::string& warning : english(file->header().warnings))
            std::cerr << "warning: decode: " << options.file << ": " << warning << "\n";
    return Done;
}

} // namespace

void addDecode(CLI::App& app, Context& context)
{
    const auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("decode", "Pixels of a DICOM, PNG, JPEG, TIFF or PGM file");
    command->footer(
        "Figures (min, max, mean, crc32) cover all frames, or the one that --frame names. min, max and mean are those of\n"
        "the values by the header (masked to Bits Stored, sign extended); crc32 is that of the stored little-endian bytes\n"
        "after decompression and before that, colour in the file's own photometric interpretation.\n"
        "Without --json and --out the figures are printed as text.");
    command->add_option("FILE", options->file, "The file")->required();
    command->add_option("--frame", options->frame, "Frame, counted from 0 (--out takes the first if none is named)")
        ->check(CLI::NonNegativeNumber);
    command
        ->add_option(
            "--stage", options->stage,
            "stored: the file's own integers; modality: float32 after modality LUT or rescale; display: uint8 as the window shows it")
        ->check(CLI::IsMember({"stored", "modality", "display"}))
        ->capture_default_str();
    command
        ->add_option(
            "--voi", options->voi,
            "Window or VOI LUT for the display stage: its number (windows first, then LUTs) or its explanation")
        ->capture_default_str();
    command->add_option("--out", options->out, "Array to write, .npy [rows, columns] or [rows, columns, 3]");
    addJsonOption(*command, options->json, "Figures as one JSON document on stdout");
    runs(*command, context, [options, &context] { return run(*options, context); });
}

} // namespace mama::cli
