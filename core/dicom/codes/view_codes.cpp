#include "core/dicom/codes/view_codes.h"

#include <algorithm>

namespace mama {
namespace {

struct Row
{
    const char* label;
    std::vector<std::string_view> letters; // SRT, SNM3, 99SDM
    const char* digits;                    // SCT
    LabelPlace place = LabelPlace::Behind;
    const char* meaning = "";
};

// PS3.16 CID 4014, in the order of View.
const std::vector<Row>& views()
{
    static const std::vector<Row> rows{
        {"CC", {"R-10242"}, "399162004", LabelPlace::Behind, "cranio-caudal"},
        {"MLO", {"R-10226"}, "399368009", LabelPlace::Behind, "medio-lateral oblique"},
        {"ML", {"R-10224"}, "399260004", LabelPlace::Behind, "medio-lateral"},
        {"LM", {"R-10228"}, "399352003", LabelPlace::Behind, "latero-medial"},
        {"LMO", {"R-10230"}, "399099002", LabelPlace::Behind, "latero-medial oblique"},
        {"FB", {"R-10244"}, "399196006", LabelPlace::Behind, "caudo-cranial (from below)"},
        {"SIO", {"R-102D0"}, "399188001", LabelPlace::Behind, "superolateral to inferomedial oblique"},
        {"ISO", {"R-40AAA"}, "441555000", LabelPlace::Behind, "inferomedial to superolateral oblique"},
        {"XCCL", {"R-1024A", "Y-X1770"}, "399192008", LabelPlace::Behind, "cranio-caudal exaggerated laterally"},
        {"XCCM", {"R-1024B", "Y-X1771"}, "399101009", LabelPlace::Behind, "cranio-caudal exaggerated medially"},
        {"SPECIMEN", {"G-8310"}, "127457009", LabelPlace::Behind, "tissue specimen from breast"},
    };
    return rows;
}

// PS3.16 CID 4015.
const std::vector<Row>& modifiers()
{
    static const std::vector<Row> rows{
        {"M", {"R-102D6"}, "399163009", LabelPlace::Before},
        {"S", {"R-102D7"}, "399055006", LabelPlace::Before},
        {"ID", {"R-102D5"}, "399209000"},
        {"CV", {"R-102D2"}, "399161006", LabelPlace::Instead},
        {"AT", {"R-102D1"}, "399011000", LabelPlace::Instead},
        {"AX", {"R-40AB2"}, "442580003"},
        {"TAN", {"R-102C2"}, "399110001", LabelPlace::Instead},
        {"RL", {"R-102D3"}, "399197002"},
        {"RM", {"R-102D4"}, "399226006"},
        {"RI", {"R-102CA"}, "414493004"},
        {"RS", {"R-102C9"}, "415670009"},
        {"NP", {"R-40AB3"}, "442581004"},
        {"AC", {"P2-00161"}, "441752004"},
        {"IMF", {"R-40ABE"}, "442593008"},
    };
    return rows;
}

const Row* find(const std::vector<Row>& rows, const Code& code)
{
    const bool digits = code.scheme == "SCT";
    if (!digits && code.scheme != "SRT" && code.scheme != "SNM3" && code.scheme != "99SDM")
        return nullptr;
    const auto found = std::ranges::find_if(rows, [&](const Row& row) {
        return digits ? row.digits == code.value : std::ranges::find(row.letters, code.value) != row.letters.end();
    });
    return found == rows.end() ? nullptr : &*found;
}

} // namespace

const char* name(View view) { return views()[static_cast<std::size_t>(view)].label; }

Code codeOf(View view)
{
    const Row& row = views()[static_cast<std::size_t>(view)];
    return {row.digits, "SCT", row.meaning};
}

std::optional<View> viewOfCode(const Code& code)
{
    const Row* row = find(views(), code);
    return row ? std::optional(static_cast<View>(row - views().data())) : std::nullopt;
}

std::optional<ViewModifier> modifierOfCode(const Code& code)
{
    const Row* row = find(modifiers(), code);
    return row ? std::optional(ViewModifier{row->label, row->place}) : std::nullopt;
}

const std::vector<std::string_view>& viewNames()
{
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> made;
        for (const Row& row : views())
            made.push_back(row.label);
        std::ranges::stable_sort(made, std::ranges::greater(), &std::string_view::size);
        return made;
    }();
    return names;
}

const std::vector<ViewModifier>& viewModifiers()
{
    static const std::vector<ViewModifier> all = [] {
        std::vector<ViewModifier> made;
        for (const Row& row : modifiers())
            made.push_back({row.label, row.place});
        return made;
    }();
    return all;
}

} // namespace mama
