#include "core/library/verdict.h"

#include "core/base/error.h"
#include "core/base/text_escape.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

constexpr auto lockVerdict = TextId("library.action_verdict", "lock verdict");

template <class List>
void checkOneOf(const char* what, std::string_view value, const List& list)
{
    if (value.empty() || std::find(list.begin(), list.end(), value) != list.end())
        return;
    std::string all;
    for (const std::string_view each : list)
        all += (all.empty() ? "" : ", ") + std::string(each);
    throw Error(ErrorCode::Usage, {lockVerdict}, what,
                {TextId("library.not_one_of", "\"%1\" is none of %2"), oneLine(value), all});
}

void checkMark(const Mark& mark)
{
    const auto possible = [](double value) { return std::isfinite(value) && value >= 0 && value <= 1e6; };
    if (mark.image.empty() || mark.frame < 0 || !possible(mark.x) || !possible(mark.y) || mark.side == Side::Both)
        throw Error(ErrorCode::Usage, {lockVerdict}, "marks",
                    {TextId("library.bad_mark", "a mark needs an image, a frame and a place in it")});
}

nlohmann::json orNull(const std::string& text) { return text.empty() ? nlohmann::json() : nlohmann::json(text); }

Side sideOf(std::string_view text) { return text == "R" ? Side::Right : text == "L" ? Side::Left : Side::Unknown; }

} // namespace

void checkText(const char* what, std::string_view text, std::size_t longest)
{
    if (!isUtf8(text) || text.find('\0') != text.npos)
        throw Error(ErrorCode::Usage, {TextId("library.action_keep", "keep")}, what,
                    {TextId("library.no_text", "this is no UTF-8 text")});
    if (text.size() > longest)
        throw Error(ErrorCode::Usage, {TextId("library.action_keep_text", "keep")}, what,
                    {TextId("library.too_long", "%1 bytes: at most %2 are kept"), text.size(), longest});
}

void checkVerdict(const Verdict& verdict)
{
    if (verdict.study.empty())
        throw Error(ErrorCode::Usage, {lockVerdict}, "study", {TextId("library.no_study", "no study is named")});
    checkOneOf("right breast", verdict.right, biradsCategories);
    checkOneOf("left breast", verdict.left, biradsCategories);
    if (verdict.right.empty() && verdict.left.empty())
        throw Error(ErrorCode::Usage, {lockVerdict}, "BI-RADS",
                    {TextId("library.no_category", "neither breast has a category")});
    checkOneOf("density", verdict.density, densityClasses);
    if (verdict.confidence && (*verdict.confidence < 0 || *verdict.confidence > 100))
        throw Error(ErrorCode::Usage, {lockVerdict}, "confidence",
                    {TextId("library.confidence", "%1 is not between 0 and 100 %"), *verdict.confidence});
    std::for_each(verdict.marks.begin(), verdict.marks.end(), checkMark);
    checkText("words", verdict.words, 64 << 10);
}

nlohmann::json marksJson(const std::vector<Mark>& marks)
{
    nlohmann::json list = nlohmann::json::array();
    for (const Mark& mark : marks)
        list.push_back(
            {{"image", mark.image}, {"frame", mark.frame}, {"x", mark.x}, {"y", mark.y}, {"side", name(mark.side)}});
    return list;
}

std::vector<Mark> marksFrom(const nlohmann::json& marks)
{
    std::vector<Mark> list;
    for (const nlohmann::json& mark : marks)
        list.push_back({mark.at("image").get<std::string>(), mark.at("frame").get<int>(), mark.at("x").get<double>(),
                        mark.at("y").get<double>(), sideOf(mark.at("side").get<std::string>())});
    return list;
}

nlohmann::json toJson(const LockedVerdict& locked)
{
    const Verdict& verdict = locked.verdict;
    nlohmann::json out{{"verdict", locked.id}, {"session", locked.session}, {"author", locked.author},
                       {"at", locked.at},      {"ms", locked.ms},           {"study", verdict.study}};
    out["birads_right"] = orNull(verdict.right);
    out["birads_left"] = orNull(verdict.left);
    out["density"] = orNull(verdict.density);
    out["confidence"] = verdict.confidence ? nlohmann::json(*verdict.confidence) : nlohmann::json();
    out["marks"] = marksJson(verdict.marks);
    out["words"] = verdict.words;
    out["earlier"] = locked.earlier ? nlohmann::json(*locked.earlier) : nlohmann::json();
    return out;
}

} // namespace mama
