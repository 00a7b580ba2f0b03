#include "core/hanging/hanging_file.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json_text.h"
#include "core/base/path_text.h"
#include "core/base/text_escape.h"
#include "core/hanging/json_lines.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace mama {
namespace {

constexpr std::size_t mostPlans = 100, mostSteps = 100, mostCells = 16, longestName = 80,
                      longestFile = std::size_t{1} << 20;
constexpr int mostColumns = 8;
constexpr TextId readingAction("action.read_hanging", "read hanging");
constexpr TextId missing("hanging.missing", "\"%1\" is missing");

class Reader
{
public:
    Reader(const std::string& text, const std::filesystem::path& file) : m_text(text), m_file(file) {}

    HangingPlans read()
    {
        if (m_text.size() > longestFile)
            refuse(1, {TextId("hanging.too_long", "%1 KiB: no hanging file is longer than %2 KiB"),
                       m_text.size() >> 10U, longestFile >> 10U});
        const auto parsed = parseJson(m_text);
        if (const auto* fault = std::get_if<JsonFault>(&parsed))
            refuse(lineOfByte(m_text, fault->byte > 0 ? fault->byte - 1 : 0), fault->why);
        const auto& document = std::get<nlohmann::json>(parsed);
        keys(document, {"format", "version", "hangings"});
        if (text(document, "format") != "mama-hanging")
            wrong("format", {TextId("hanging.format", "\"format\" must be \"mama-hanging\"")});
        if (number(document, "version", 1, 1) != 1)
            wrong("version", {TextId("hanging.version", "\"version\" must be 1")});
        HangingPlans plans;
        std::set<std::string> names;
        each(document, "hangings", mostPlans, [&](const nlohmann::json& one) {
            plans.push_back(plan(one));
            if (!names.insert(plans.back().name).second)
                wrong("name", {TextId("hanging.twice", "\"%1\" is the name of another one too"), plans.back().name});
        });
        return plans;
    }

private:
    [[noreturn]] void refuse(std::size_t line, const UserText& why)
    {
        throw Error(ErrorCode::Format, {readingAction}, pathText(m_file),
                    {TextId("hanging.line", "line %1: %2"), line, why});
    }

    [[noreturn]] void wrong(const UserText& why) { refuse(lineOf(m_text, m_way), why); }
    [[noreturn]] void wrong(const std::string& key, const UserText& why)
    {
        m_way.emplace_back(key);
        wrong(why);
    }

    void keys(const nlohmann::json& object, const std::set<std::string>& allowed)
    {
        if (!object.is_object())
            wrong({TextId("hanging.no_object", "an object { } is expected here")});
        for (const auto& [key, value] : object.items())
            if (!allowed.contains(key))
                wrong(key, {TextId("hanging.unknown_key", "\"%1\" is not known here"), oneLine(key)});
    }

    std::string text(const nlohmann::json& object, const char* key)
    {
        if (!object.contains(key))
            wrong({missing, key});
        const auto& value = object[key];
        if (!value.is_string() || value.get_ref<const std::string&>().size() > longestName ||
            value.get_ref<const std::string&>() != oneLine(value.get<std::string>()))
            wrong(key,
                  {TextId("hanging.no_text", "\"%1\" must be a text of one line, at most %2 bytes"), key, longestName});
        return value.get<std::string>();
    }

    int number(const nlohmann::json& object, const char* key, int low, int high)
    {
        if (!object.contains(key))
            wrong({missing, key});
        const auto& value = object[key];
        if (!value.is_number_integer() || value < low || value > high)
            wrong(key, {TextId("hanging.no_number", "\"%1\" must be a whole number from %2 to %3"), key, low, high});
        return value.get<int>();
    }

    template <class Work>
    void each(const nlohmann::json& object, const char* key, std::size_t most, const Work& work)
    {
        if (!object.contains(key) || !object[key].is_array() || object[key].empty() || object[key].size() > most) {
            if (object.contains(key))
                m_way.emplace_back(key);
            wrong({TextId("hanging.no_list", "\"%1\" must be a list of 1 to %2"), key, most});
        }
        m_way.emplace_back(key);
        for (std::size_t i = 0; i < object[key].size(); ++i) {
            m_way.emplace_back(i);
            work(object[key][i]);
            m_way.pop_back();
        }
        m_way.pop_back();
    }

    HangingPlan plan(const nlohmann::json& object)
    {
        keys(object, {"name", "when", "steps"});
        HangingPlan out;
        out.name = text(object, "name");
        const std::string when = object.contains("when") ? text(object, "when") : "always";
        if (when != "always" && when != "implant" && when != "spot")
            wrong("when",
                  {TextId("hanging.when", "\"when\" must be \"always\", \"implant\" or \"spot\", not \"%1\""), when});
        out.when = when == "implant" ? HangingPlan::When::Implant
                   : when == "spot"  ? HangingPlan::When::Spot
                                     : HangingPlan::When::Always;
        each(object, "steps", mostSteps, [&](const nlohmann::json& one) { out.steps.push_back(step(one)); });
        return out;
    }

    PlannedStep step(const nlohmann::json& object)
    {
        keys(object, {"name", "columns", "cells"});
        PlannedStep out;
        out.name = text(object, "name");
        out.columns = number(object, "columns", 1, mostColumns);
        std::set<std::string> seen;
        each(object, "cells", mostCells, [&](const nlohmann::json& one) {
            if (!one.is_string())
                wrong({TextId("hanging.no_cell", "a cell is a text such as \"R CC\"")});
            out.cells.push_back(cell(one.get<std::string>()));
            if (const std::string name = out.cells.back().name(); !name.empty() && !seen.insert(name).second)
                wrong({TextId("hanging.cell_twice", "\"%1\" hangs twice in one step"), name});
        });
        return out;
    }

    PlannedCell cell(const std::string& text)
    {
        PlannedCell out;
        if (text.empty())
            return out;
        for (const Side side : {Side::Right, Side::Left})
            for (const bool mlo : {false, true})
                for (const bool prior : {false, true})
                    for (const auto kind :
                         {PlannedCell::Kind::View, PlannedCell::Kind::Displaced, PlannedCell::Kind::Spot})
                        if (const PlannedCell one{side, mlo, prior, kind}; one.name() == text)
                            return one;
        wrong({TextId("hanging.unknown_cell",
                      "\"%1\" is no cell: R or L, CC or MLO, with \"prior \" in front or \" displaced\" "
                      "or \" spot\" behind, or \"\""),
               oneLine(text)});
    }

    const std::string& m_text;
    const std::filesystem::path& m_file;
    JsonWay m_way;
};

} // namespace

HangingPlans parseHanging(const std::string& text, const std::filesystem::path& file)
{
    return Reader(text, file).read();
}

HangingPlans readHanging(const std::filesystem::path& file) { return parseHanging(readText(file), file); }

const std::string& builtInHangingText()
{
    static const std::string text = R"({
  "format": "mama-hanging",
  "version": 1,
  "hangings": [
    {
      "name": "Implants",
      "when": "implant",
      "steps": [
        {"name": "full above, displaced below", "columns": 4,
         "cells": ["R CC", "L CC", "R MLO", "L MLO",
                   "R CC displaced", "L CC displaced", "R MLO displaced", "L MLO displaced"]},
        {"name": "CC with priors", "columns": 4, "cells": ["R CC", "prior R CC", "L CC", "prior L CC"]},
        {"name": "MLO with priors", "columns": 4, "cells": ["R MLO", "prior R MLO", "L MLO", "prior L MLO"]}
      ]
    },
    {
      "name": "CC first",
      "steps": [
        {"name": "all four", "columns": 4, "cells": ["R CC", "L CC", "R MLO", "L MLO"]},
        {"name": "CC pair", "columns": 2, "cells": ["R CC", "L CC"]},
        {"name": "MLO pair", "columns": 2, "cells": ["R MLO", "L MLO"]},
        {"name": "CC with priors", "columns": 4, "cells": ["R CC", "prior R CC", "L CC", "prior L CC"]},
        {"name": "MLO with priors", "columns": 4, "cells": ["R MLO", "prior R MLO", "L MLO", "prior L MLO"]},
        {"name": "right CC and its spot view", "columns": 2, "cells": ["R CC", "R CC spot"]},
        {"name": "left CC and its spot view", "columns": 2, "cells": ["L CC spot", "L CC"]},
        {"name": "right MLO and its spot view", "columns": 2, "cells": ["R MLO", "R MLO spot"]},
        {"name": "left MLO and its spot view", "columns": 2, "cells": ["L MLO spot", "L MLO"]}
      ]
    },
    {
      "name": "MLO first",
      "steps": [
        {"name": "all four", "columns": 4, "cells": ["R MLO", "L MLO", "R CC", "L CC"]},
        {"name": "MLO pair", "columns": 2, "cells": ["R MLO", "L MLO"]},
        {"name": "CC pair", "columns": 2, "cells": ["R CC", "L CC"]},
        {"name": "MLO with priors", "columns": 4, "cells": ["R MLO", "prior R MLO", "L MLO", "prior L MLO"]},
        {"name": "CC with priors", "columns": 4, "cells": ["R CC", "prior R CC", "L CC", "prior L CC"]}
      ]
    }
  ]
}
)";
    return text;
}

HangingPlans builtInHanging() { return parseHanging(builtInHangingText(), "built in"); }

} // namespace mama
