#include "core/library/pictures/image_thumbs.h"

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/library/collection/file_place.h"

namespace mama {
namespace {

ImageThumb found(ThumbStore& store, const LibraryImage& image, const FileState& state, ImageThumb out)
{
    if (auto kept = store.find(thumbKey(image, state))) {
        out.state = kept->fault.empty() ? ImageThumb::State::Ready : ImageThumb::State::Refused;
        out.fault = kept->fault;
        out.thumb = std::move(*kept);
    }
    return out;
}

// Where its file lies, if it is there.
ImageThumb placeOf(const LibraryImage& image)
{
    ImageThumb out;
    out.path = placeOfFile(image.root, image.below);
    out.state = out.path.empty() ? ImageThumb::State::Missing : ImageThumb::State::ToMake;
    if (out.path.empty())
        out.path = image.root / image.below;
    return out;
}

} // namespace

bool isAsPassed(const LibraryImage& image, const FileState& state) { return image.passed && image.known.is(state); }

std::string thumbKey(const LibraryImage& image, const FileState& state)
{
    const std::string what = image.pixels.empty() || !isAsPassed(image, state)
                                 ? "file " + sha256(std::to_string(image.file) + " " + std::to_string(state.size) +
                                                    " " + std::to_string(state.modified) + " " + image.below.string())
                                 : "pixels " + image.pixels + " " + image.look;
    return what + " " + (image.frame ? std::to_string(*image.frame) : "-") + " v" + std::to_string(Thumb::renderer);
}

ImageThumb findThumb(ThumbStore& store, const LibraryImage& image)
{
    ImageThumb out = placeOf(image);
    return out.state == ImageThumb::State::Missing ? out : found(store, image, FileState::of(out.path), out);
}

ImageThumb findOrMakeThumb(ThumbStore& store, const LibraryImage& image)
{
    ImageThumb out = placeOf(image);
    if (out.state == ImageThumb::State::Missing)
        return out;
    const FileState before = FileState::of(out.path);
    out = found(store, image, before, out);
    if (out.state != ImageThumb::State::ToMake)
        return out;
    try {
        out.thumb = makeThumb(out.path, image.frame);
    } catch (const Error& error) {
        out.state = ImageThumb::State::Refused;
        out.fault = error.why().english();
        return out;
    }
    out.fault = out.thumb.fault;
    out.state = out.fault.empty() ? ImageThumb::State::Ready : ImageThumb::State::Refused;
    if (!FileState::of(out.path).differsFrom(before))
        store.put(thumbKey(image, before), out.thumb);
    return out;
}

} // namespace mama
