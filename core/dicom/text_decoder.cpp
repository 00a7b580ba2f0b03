#include "core/dicom/text_decoder.h"

#include "core/base/text_escape.h"
#include "core/dicom/tags.h"

#include <algorithm>
#include <cstdio>
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcitem.h>
#include <dcmtk/dcmdata/dcspchrs.h>

namespace mama {
namespace {

// Every byte beyond ASCII as \xNN.
std::string escaped(const std::string& text)
{
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte < 0x7F) {
            out += c;
        } else {
            char code[5];
            std::snprintf(code, sizeof code, "\\x%02X", byte);
            out += code;
        }
    }
    return out;
}

} // namespace

struct TextDecoder::State
{
    DcmSpecificCharacterSet converter;
    bool usable = false;
};

TextDecoder::TextDecoder(DcmItem& dataset) : m_state(std::make_unique<State>())
{
    const std::string stated = tags::wholeText(dataset, 0x00080005);
    const OFCondition result = m_state->converter.selectCharacterSet(OFString(stated.c_str()));
    m_state->usable = result.good();
    if (result.bad())
        m_warning = "(0008,0005) Specific Character Set \"" + escaped(stated) + "\" is not known";
}

TextDecoder::~TextDecoder() = default;

std::string TextDecoder::operator()(const std::string& text, const char* delimiters) const
{
    const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7F; });
    if (ascii && text.find_first_of("\\~") == std::string::npos)
        return text;
    OFString out;
    if (m_state->usable && m_state->converter.convertString(OFString(text.c_str(), text.size()), out, delimiters).good()) {
        std::string converted(out.c_str(), out.size());
        if (isUtf8(converted))
            return converted;
    }
    // A wrong or missing character set: UTF-8 is often meant; nothing else is guessed.
    const bool escapes = text.find('\x1B') != std::string::npos;
    return !escapes && !m_state->usable && isUtf8(text) ? text : escaped(text);
}

} // namespace mama
