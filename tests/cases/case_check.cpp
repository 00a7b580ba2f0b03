#include "tests/cases/case_check.h"

#include "core/base/npy.h"

#include <QRegularExpression>
#include <algorithm>
#include <cmath>
#include <vector>

namespace mama::test {
namespace {

using Json = nlohmann::ordered_json;

bool found(const nlohmann::json& pattern, const QByteArray& text)
{
    const QRegularExpression expression(QString::fromStdString(pattern.get<std::string>()),
                                        QRegularExpression::CaseInsensitiveOption |
                                            QRegularExpression::DotMatchesEverythingOption);
    return expression.match(QString::fromUtf8(text)).hasMatch();
}

// JSON with a blank after commas and colons, which the patterns were written for.
std::string spaced(const Json& value)
{
    std::string text;
    if (value.is_object()) {
        for (const auto& [key, item] : value.items())
            text += (text.empty() ? "" : ", ") + Json(key).dump() + ": " + spaced(item);
        return "{" + text + "}";
    }
    if (value.is_array()) {
        for (const Json& item : value)
            text += (text.empty() ? "" : ", ") + spaced(item);
        return "[" + text + "]";
    }
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool found(const nlohmann::json& pattern, const Json& value)
{
    return found(pattern, QByteArray::fromStdString(spaced(value)));
}

std::string plain(const Json& value) { return value.is_string() ? value.get<std::string>() : spaced(value); }

// The elements of an array that [*], [?key=end] or [number] names.
void choose(const Json& array, const std::string& index, std::vector<Json>& into)
{
    if (!array.is_array())
        return;
    if (index == "*") {
        into.insert(into.end(), array.begin(), array.end());
    } else if (index.starts_with('?')) {
        const auto equal = index.find('=');
        const std::string key = index.substr(1, equal - 1), end = index.substr(equal + 1);
        std::copy_if(array.begin(), array.end(), std::back_inserter(into), [&](const Json& item) {
            return item.is_object() && plain(item.value(key, Json(""))).ends_with(end);
        });
    } else {
        const long at = std::stol(index) + (index.starts_with('-') ? static_cast<long>(array.size()) : 0);
        if (at >= 0 && at < static_cast<long>(array.size()))
            into.push_back(array[static_cast<std::size_t>(at)]);
    }
}

// All values at a path such as studies[0].images[?slot=RCC].path.
std::vector<Json> reach(const Json& document, const std::string& path)
{
    static const QRegularExpression part(QStringLiteral(R"(([^.\[\]]+)|\[([^\]]*)\])"));
    std::vector<Json> values{document};
    auto parts = part.globalMatch(QString::fromStdString(path));
    while (parts.hasNext()) {
        const auto match = parts.next();
        const std::string name = match.captured(1).toStdString(), index = match.captured(2).toStdString();
        std::vector<Json> next;
        for (const Json& value : values) {
            if (name.empty())
                choose(value, index, next);
            else if (value.is_object() && value.contains(name))
                next.push_back(value[name]);
        }
        values = std::move(next);
    }
    return values;
}

bool empty(const Json& value)
{
    return value.is_null() || (value.is_array() && value.empty()) || (value.is_string() && plain(value).empty());
}

bool holdsForOne(const nlohmann::json& check, const Json& value)
{
    if (check.contains("is"))
        return value == Json(check["is"]);
    if (check.contains("ends"))
        return plain(value).ends_with(check["ends"].get<std::string>());
    if (check.contains("near"))
        return value.is_number() &&
               std::abs(value.get<double>() - check["near"][0].get<double>()) <= check["near"][1].get<double>();
    if (check.contains("matches"))
        return found(check["matches"], value);
    if (check.contains("length"))
        return (value.is_array() || value.is_object() ? value.size() : plain(value).size()) == check["length"];
    return true;
}

std::string valueFault(const nlohmann::json& check, const StepOutcome& outcome)
{
    const std::string at = check["at"].get<std::string>();
    if (outcome.document.is_null())
        return "no JSON on stdout";
    const std::vector<Json> values = reach(outcome.document, at);
    const std::string shown = at + " is " + spaced(Json(values)).substr(0, 200) + ", wanted " + check.dump();
    const auto any = [&](auto predicate) { return std::any_of(values.begin(), values.end(), predicate); };
    if (check.contains("absent"))
        return any([](const Json& value) { return !empty(value); }) ? shown : "";
    if (check.contains("lacks"))
        return any([&](const Json& value) { return found(check["lacks"], value); }) ? shown : "";
    if (values.empty())
        return at + " is not there";
    if (check.contains("has"))
        return any([&](const Json& value) { return found(check["has"], value); }) ? "" : shown;
    return any([&](const Json& value) { return !holdsForOne(check, value); }) ? shown : "";
}

std::string arrayFault(const nlohmann::json& check, const CaseFolders& folders)
{
    const std::filesystem::path path = folders.filled(check["npy"]);
    if (!std::filesystem::exists(path))
        return "no array written";
    const NpyArray array = readNpy(path);
    if (check.contains("shape") && nlohmann::json(array.shape) != check["shape"])
        return "shape " + nlohmann::json(array.shape).dump() + ", wanted " + check["shape"].dump();
    const std::vector<double> values = array.asDouble();
    if (check.value("finite", false) &&
        !std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); }))
        return "values that are not finite";
    if (!check.contains("equals"))
        return {};
    const NpyArray wanted = readNpy(folders.filled(check["equals"]));
    if (wanted.shape != array.shape)
        return "shape " + nlohmann::json(array.shape).dump() + ", wanted " + nlohmann::json(wanted.shape).dump();
    const std::vector<double> right = wanted.asDouble();
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
        wrong += !(std::abs(values[i] - right[i]) <= check.value("within", 0.0));
    return wrong == 0 ? "" : std::to_string(wrong) + " of " + std::to_string(values.size()) + " values differ";
}

std::string outputFault(const nlohmann::json& check, const StepOutcome& outcome)
{
    const QByteArray both = outcome.out + "\n" + outcome.err;
    const std::string shown = ": " + both.trimmed().right(200).toStdString();
    if (check.contains("not_output"))
        return found(check["not_output"], both) ? check.dump() + shown : "";
    for (const auto& [key, text] : {std::pair{"stdout", &outcome.out}, {"stderr", &outcome.err}, {"output", &both}})
        if (check.contains(key) && !found(check[key], *text))
            return check.dump() + shown;
    return {};
}

} // namespace

std::string CaseFolders::filled(std::string text) const
{
    for (const auto& [word, folder] : {std::pair{"{case}", &input}, {"{tmp}", &scratch}})
        for (auto at = text.find(word); at != std::string::npos; at = text.find(word))
            text.replace(at, std::string_view(word).size(), folder->string());
    return text;
}

std::string fault(const nlohmann::json& check, const StepOutcome& outcome, const CaseFolders& folders)
{
    if (check.contains("any")) {
        std::string all;
        for (const auto& group : check["any"]) {
            std::string faults;
            for (const auto& one : group)
                if (const std::string wrong = fault(one, outcome, folders); !wrong.empty())
                    faults += wrong + "; ";
            if (faults.empty())
                return {};
            all += " | " + faults;
        }
        return "none of" + all;
    }
    if (check.contains("exit")) {
        const nlohmann::json& wanted = check["exit"];
        const bool right = wanted.is_array() ? std::find(wanted.begin(), wanted.end(), outcome.exit) != wanted.end()
                                             : wanted == outcome.exit;
        return right ? ""
                     : "exit " + std::to_string(outcome.exit) + ", wanted " + wanted.dump() + ": " +
                           outcome.err.right(200).toStdString();
    }
    if (check.contains("folder_absent"))
        return std::filesystem::exists(folders.filled(check["folder_absent"])) ? "left behind: " + check.dump() : "";
    if (check.contains("npy"))
        return arrayFault(check, folders);
    return check.contains("at") ? valueFault(check, outcome) : outputFault(check, outcome);
}

} // namespace mama::test
