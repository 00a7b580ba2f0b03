#include "core/dicom/codec/decoder_watch.h"

#include <cstdlib>
#include <cstring>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/oflog/appender.h>
#include <dcmtk/oflog/oflog.h>
#include <dcmtk/oflog/spi/logevent.h>

namespace mama {
namespace {

thread_local DecoderWatch* current = nullptr;

// By the decoders' own list of messages (jerror.h of libijg). A few bytes too many before a marker are common and
// harmless, as in core/image/files/jpeg_picture.cpp.
bool meansDamage(const char* message)
{
    constexpr const char* corrupt = "Corrupt JPEG data: ";
    if (std::strstr(message, "Premature end of JPEG file") || std::strstr(message, "Inconsistent progression"))
        return true;
    const char* found = std::strstr(message, corrupt);
    if (!found)
        return false;
    constexpr unsigned long harmless = 16;
    const bool extraneous = std::strstr(found, "extraneous bytes") != nullptr;
    return !extraneous || std::strtoul(found + std::strlen(corrupt), nullptr, 10) > harmless;
}

} // namespace

class DecoderEar : public dcmtk::log4cplus::Appender
{
public:
    ~DecoderEar() override { destructorImpl(); }
    void close() override {}

protected:
    void append(const dcmtk::log4cplus::spi::InternalLoggingEvent& event) override
    {
        if (current && meansDamage(event.getMessage().c_str()))
            current->m_damage = true;
    }
};

DecoderWatch::DecoderWatch() { current = this; }

DecoderWatch::~DecoderWatch() { current = nullptr; }

void DecoderWatch::doubt()
{
    if (current)
        current->m_doubt = true;
}

void DecoderWatch::setUp()
{
    OFLogger logger = OFLog::getLogger("dcmtk.dcmjpeg");
    logger.setLogLevel(OFLogger::WARN_LOG_LEVEL);
    logger.setAdditivity(false);
    logger.addAppender(dcmtk::log4cplus::SharedAppenderPtr(new DecoderEar));
}

} // namespace mama
