#pragma once
#include "core/base/mapped_file.h"
#include "core/base/user_text.h"
#include "core/dicom/data_set/data_set_scan.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mama {

// A DICOM file's bytes (inflated if it is deflated), where its data set starts and how it is encoded.
struct DicomSource
{
    std::shared_ptr<const MappedFile> file;
    std::vector<std::byte> inflated;
    std::span<const std::byte> bytes;
    std::size_t start = 0;
    Encoding encoding = Encoding::ExplicitLittle;
    std::string transferSyntax;   // UID as stored or assumed
    bool pixelsBigEndian = false; // their words of 16 bits, whatever the data set is
    std::string mediaClass;       // SOP class of the meta header
    std::vector<UserText> warnings;
};

// Whether "DICM" follows a preamble of 128 bytes.
bool hasDicomMagic(std::span<const std::byte> bytes);

// Empty if the bytes are no DICOM file. Preamble, meta header and transfer syntax may be missing: the encoding is
// then found from the content, and a warning says what was assumed. Error(Format) where it is broken.
std::optional<DicomSource> readDicomSource(std::shared_ptr<const MappedFile> file);

// How a transfer syntax holds its pixels. Unknown: private or not in the standard's list, so nobody can say.
enum class PixelCoding { Native, Compressed, Unknown };
PixelCoding pixelCoding(const std::string& transferSyntax);

// "1.2.840.10008.1.2.4.201 (HTJ2K lossless)"
std::string transferSyntaxText(const std::string& uid);

} // namespace mama
