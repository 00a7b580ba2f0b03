#include "core/base/folded_text.h"
#include "core/dicom/read/header_list.h"

#include <algorithm>
#include <array>
#include <string>

namespace mama {
namespace {

// Of the patient, but what many share.
bool namesPatient(const HeaderElement& element)
{
    constexpr std::array<std::uint32_t, 4> shared{0x00100040, 0x00101010, 0x00101020, 0x00101030};
    // Accession number, study ID, admission ID, IDs of requested and scheduled procedures, of the service request.
    constexpr std::array<std::uint32_t, 7> orders{0x00080050, 0x00200010, 0x00380010, 0x00401001,
                                                  0x00400009, 0x00402016, 0x00402017};
    if (element.tag >> 16 == 0x0010)
        return std::ranges::find(shared, element.tag) == shared.end();
    return element.vr == "PN" || std::ranges::find(orders, element.tag) != orders.end();
}

// "Doe^Jane" and "12345", each part of a name by itself, in small letters; short ones stand in many words.
void addParts(const std::string& value, std::vector<std::string>& parts)
{
    constexpr std::size_t shortest = 4;
    std::string part;
    for (const char each : asciiFolded(value) + "^")
        if (each == '^' || each == '=' || each == ' ' || each == '\\') {
            if (part.size() >= shortest)
                parts.push_back(part);
            part.clear();
        } else {
            part += each;
        }
}

} // namespace

HeaderList withoutIdentifiers(HeaderList list)
{
    std::vector<std::string> names;
    for (const HeaderElement& each : list.elements)
        if (each.tag == 0x00100010 || each.tag == 0x00100020)
            addParts(each.value, names);
    for (HeaderElement& each : list.elements) {
        if (each.value.empty())
            continue;
        const std::string folded = asciiFolded(each.value);
        const bool named = each.vr != "UI" && std::ranges::any_of(names, [&](const std::string& name) {
                               return folded.find(name) != folded.npos;
                           });
        if (!namesPatient(each) && !named)
            continue;
        each.value.clear();
        each.cut = false;
        each.hidden = true;
        ++list.hidden;
    }
    return list;
}

} // namespace mama
