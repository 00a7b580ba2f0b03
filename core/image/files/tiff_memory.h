#pragma once
#include "core/image/files/tiff_pages.h"

#include <cstddef>
#include <memory>
#include <span>

struct tiff; // libtiff's TIFF

namespace mama {

// One page of a TIFF file in memory, for libtiff. What it complains of is no text for a user, only that it did.
class TiffMemory
{
public:
    TiffMemory(std::span<const std::byte> bytes, const TiffPage& page);
    ~TiffMemory();
    TiffMemory(const TiffMemory&) = delete;
    TiffMemory& operator=(const TiffMemory&) = delete;

    tiff* get() const { return m_tiff; } // null: the page's directory cannot be read
    std::span<const std::byte> bytes() const;
    bool complained(); // since it was asked

private:
    struct Input;
    std::unique_ptr<Input> m_input;
    tiff* m_tiff = nullptr;
};

} // namespace mama
