#include "core/library/files/file_look.h"

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/mapped_file.h"
#include "core/base/path_text.h"
#include "core/dicom/read/image_file.h"
#include "core/image/measure/burned_in_text.h"
#include "core/image/measure/pixel_hash.h"
#include "core/image/pillow_resize.h"
#include "core/library/collection/file_place.h"
#include "core/library/files/image_doubts.h"
#include "core/study/describe_image.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr auto looking = TextId("library.look_at_file", "read file");

// Of a frame: as stored, as decoders hold it meanwhile, and as shown.
std::size_t memoryFor(const ImageHeader& header)
{
    const auto samples = static_cast<std::size_t>(std::max(header.rows, 0)) *
                         static_cast<std::size_t>(std::max(header.columns, 0)) *
                         static_cast<std::size_t>(std::max(header.channels, 1));
    return samples * (4 + 1 + (header.bitsAllocated > 16 ? 4 : 2));
}

// The picture that is hashed: cropped to the breast, since a border of air moves half of the bits.
std::optional<DctHash> hashOfBreast(const PictureSurvey& picture)
{
    const BreastOutline& breast = picture.breast();
    const Raster<std::uint8_t>& reduced = picture.outlined();
    Box box{reduced.columns, reduced.rows, -1, -1};
    for (int row = 0; breast.found() && row < breast.mask.rows; ++row)
        for (int column = 0; column < breast.mask.columns; ++column)
            if (breast.mask.at(row, column) != 0)
                box = {std::min(box.x0, column), std::min(box.y0, row), std::max(box.x1, column),
                       std::max(box.y1, row)};
    return dctHash(box.x1 < 0 ? reduced : cutOut(reduced, box));
}

// What of a header shapes a picture on screen.
std::string lookOf(const GreyPipeline& pipeline, const ImageHeader& header)
{
    std::string all = header.patientOrientation.first + "\\" + header.patientOrientation.second + " " +
                      std::to_string(pipeline.slope) + " " + std::to_string(pipeline.intercept) + " " +
                      std::to_string(pipeline.bits) + (pipeline.inverted ? " inverted" : "");
    if (pipeline.padding)
        all += " padding " + std::to_string(pipeline.padding->first) + " " + std::to_string(pipeline.padding->second);
    const auto add = [&](const LookupTable& table) {
        all += " table " + std::to_string(table.firstMapped) + " " + std::to_string(table.bits) + " " +
               sha256(std::as_bytes(std::span(table.entries)));
    };
    if (pipeline.modalityTable)
        add(*pipeline.modalityTable);
    if (!pipeline.voi.empty()) {
        const VoiChoice& first = pipeline.voi.front();
        if (first.window)
            all += " window " + std::to_string(first.window->centre) + " " + std::to_string(first.window->width) + " " +
                   std::to_string(static_cast<int>(first.window->function));
        else
            add(*first.table);
    }
    return sha256(all).substr(0, 16);
}

class Looker
{
public:
    Looker(const FileToLook& file, const LookTools& tools, FileLook& out) : m_file(file), m_tools(tools), m_out(out) {}

    // False: stopped. What cannot be read has its hash nevertheless.
    bool look(const std::shared_ptr<const MappedFile>& mapped)
    {
        m_mapped = mapped;
        m_unsummed = mapped->bytes();
        m_out.bytes = mapped->state().size;
        m_out.facts.known = KnownState::of(mapped->state());
        try {
            return lookInto();
        } catch (const Error&) {
            finishSum();
            throw;
        }
    }

private:
    bool lookInto()
    {
        const auto file = ImageFile::open(m_mapped);
        if (file->kind() != FileKind::Image)
            throw Error(ErrorCode::Unsupported, {looking}, pathText(m_out.path), textOf(file->kind()));
        m_out.facts.image = describeImage(m_out.path, file->header());
        const MemoryShare::Part held(m_tools.memory, memoryFor(file->header()));
        PixelHash pixels;
        const int frames = file->header().frames;
        for (const LibraryImage& image : m_file.images)
            m_out.images.push_back({image, {}, {}});
        for (int frame = 0; frame < frames; ++frame) {
            if (m_tools.stop.stop_requested())
                return false;
            const StoredImage stored = file->readFrame(frame);
            const auto part = m_unsummed.first(std::min(m_unsummed.size(), stored.bytes.size()));
            pixels.add(stored, m_sum, part);
            m_unsummed = m_unsummed.subspan(part.size());
            lookAtFrame(*file, stored, frame);
        }
        finishSum();
        m_out.pixels = pixels.finish();
        refuseOtherFrames(frames);
        return true;
    }

    // The file's own hash, which is taken beside that of its pixels.
    void finishSum()
    {
        if (!m_out.sha256.empty())
            return m_mapped->check();
        m_sum.add(m_unsummed);
        m_unsummed = {};
        const std::string sum = m_sum.finish();
        m_mapped->check();
        m_out.sha256 = sum;
    }

    static int frameOf(const LibraryImage& image, int frames) { return image.frame.value_or(frames / 2); }

    void lookAtFrame(ImageFile& file, const StoredImage& stored, int frame)
    {
        const int frames = file.header().frames;
        const bool wanted = std::any_of(m_out.images.begin(), m_out.images.end(),
                                        [&](const ImageLook& each) { return frameOf(each.image, frames) == frame; });
        if (!wanted && frame != frames / 2)
            return;
        const GreyPipeline pipeline = file.pipeline(frame);
        const PictureSurvey picture(stored, pipeline);
        if (frame == frames / 2) {
            m_out.dct = hashOfBreast(picture);
            m_out.look = lookOf(pipeline, file.header());
        }
        if (!wanted)
            return;
        const bool text = hasBurnedInText(picture);
        const Thumb thumb = thumbOf(picture, file.header());
        for (ImageLook& each : m_out.images) {
            if (frameOf(each.image, frames) != frame)
                continue;
            each.thumb = thumb;
            each.doubts = doubtsOf(each.image, m_out.facts.image, {thumb.evidence, text});
            if (!m_tools.use)
                continue;
            finishSum();
            m_tools.use({m_out, each.image, file, stored});
        }
    }

    void refuseOtherFrames(int frames)
    {
        for (ImageLook& each : m_out.images)
            if (const int frame = frameOf(each.image, frames); frame < 0 || frame >= frames)
                each.thumb.fault = UserText({TextId("library.look_no_frame", "frame %1 was asked for, the file has %2"),
                                             frame, frames})
                                       .english();
    }

    const FileToLook& m_file;
    const LookTools& m_tools;
    FileLook& m_out;
    std::shared_ptr<const MappedFile> m_mapped;
    Sha256 m_sum;
    std::span<const std::byte> m_unsummed; // of the file: not in m_sum yet
};

} // namespace

Cancellable<FileLook> lookAtFile(const FileToLook& file, const LookTools& tools)
{
    FileLook out;
    out.file = file.file;
    out.again = file.again;
    const LibraryImage& first = file.images.front();
    const fs::path place = placeOfFile(first.root, first.below);
    out.path = place.empty() ? first.root / first.below : place;
    if (place.empty()) {
        out.facts.state = "missing";
        return out;
    }
    try {
        if (!Looker(file, tools, out).look(std::make_shared<const MappedFile>(place)))
            return std::nullopt;
        out.passed = true;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::Memory || error.code() == ErrorCode::Internal ||
            error.code() == ErrorCode::Model)
            throw;
        out.passed = error.code() != ErrorCode::Io; // may be otherwise next time
        out.facts.state = "refused";
        out.facts.fault = error.why().english();
        out.pixels.clear();
        out.look.clear();
        out.dct.reset();
        out.images.clear();
        for (const LibraryImage& image : file.images) {
            out.images.push_back({image, {}, {}});
            out.images.back().thumb.fault = out.facts.fault;
        }
    }
    for (ImageLook& each : out.images) {
        each.image.pixels = out.pixels;
        each.image.look = out.look;
        each.image.known = out.facts.known;
        each.image.passed = out.passed;
    }
    return out;
}

void putThumbs(ThumbStore& store, const FileLook& look)
{
    for (const ImageLook& each : look.images)
        store.put(thumbKey(each.image, FileState::of(look.path)), each.thumb);
}

} // namespace mama
