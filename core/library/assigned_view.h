#pragma once
#include "core/dicom/codes/side.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace mama {

// An image by what stays when its file is moved: its SOP Instance UID, or where it has none its file's bytes.
struct ImageKey
{
    std::string sopUid; // empty: the two below
    std::string sha256;
    std::uint64_t size = 0; // bytes
    int frame = 0;
    bool operator==(const ImageKey&) const = default;
};

// An image as the study scan found it.
struct ImageFileRef
{
    std::filesystem::path path;
    std::string sopUid; // empty: it has none
    int frame = 0;
};

// The file is read only where there is no SOP Instance UID. Error(Io) if it cannot be.
ImageKey keyOfImage(const ImageFileRef& image);

// What the reader said of an image. Nothing of either: an earlier assignment is taken back.
struct AssignedView
{
    Side side = Side::Unknown;
    std::string view; // abbreviation of CID 4014: viewNames(); empty: unknown
    bool operator==(const AssignedView&) const = default;
};

// What an assignment, its undo or redo made of an image.
struct PlacedImage
{
    ImageKey image;
    AssignedView now;
    std::int64_t command = 0;
};

} // namespace mama
