#include "core/image/files/tiff_memory.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <tiffio.h>
#include <utility>

namespace mama {

// libtiff's view of the file, and whether it complained.
struct TiffMemory::Input
{
    std::span<const std::byte> bytes;
    toff_t at = 0;
    bool complained = false;

    static Input& of(thandle_t handle) { return *static_cast<Input*>(handle); }
    static tmsize_t read(thandle_t handle, void* to, tmsize_t count)
    {
        Input& input = of(handle);
        const std::size_t left = input.at < input.bytes.size() ? input.bytes.size() - input.at : 0,
                          size = std::min(left, static_cast<std::size_t>(std::max<tmsize_t>(count, 0)));
        std::memcpy(to, input.bytes.data() + (left > 0 ? input.at : 0), size);
        input.at += size;
        return static_cast<tmsize_t>(size);
    }
    static tmsize_t writeNothing(thandle_t, void*, tmsize_t) { return 0; }
    static toff_t seek(thandle_t handle, toff_t to, int from)
    {
        Input& input = of(handle);
        input.at = from == SEEK_SET ? to : (from == SEEK_CUR ? input.at : input.bytes.size()) + to;
        return input.at;
    }
    static int close(thandle_t) { return 0; }
    static toff_t size(thandle_t handle) { return of(handle).bytes.size(); }
    static int map(thandle_t handle, void** base, toff_t* size)
    {
        *base = const_cast<std::byte*>(of(handle).bytes.data()); // only read
        *size = of(handle).bytes.size();
        return 1;
    }
    static void unmap(thandle_t, void*, toff_t) {}
    static int complain(TIFF*, void* input, const char*, const char*, va_list)
    {
        static_cast<Input*>(input)->complained = true;
        return 1;
    }
};

TiffMemory::TiffMemory(std::span<const std::byte> bytes, const TiffPage& page) : m_input(std::make_unique<Input>())
{
    m_input->bytes = bytes;
    const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(TIFFOpenOptionsAlloc(),
                                                                                   TIFFOpenOptionsFree);
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), Input::complain, m_input.get());
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), Input::complain, m_input.get());
    m_tiff = TIFFClientOpenExt("picture", "r", m_input.get(), Input::read, Input::writeNothing, Input::seek,
                               Input::close, Input::size, Input::map, Input::unmap, options.get());
    if (m_tiff && TIFFCurrentDirOffset(m_tiff) != page.directory && TIFFSetSubDirectory(m_tiff, page.directory) == 0) {
        TIFFClose(m_tiff);
        m_tiff = nullptr;
    }
}

TiffMemory::~TiffMemory()
{
    if (m_tiff)
        TIFFClose(m_tiff);
}

std::span<const std::byte> TiffMemory::bytes() const { return m_input->bytes; }

bool TiffMemory::complained() { return std::exchange(m_input->complained, false); }

} // namespace mama
