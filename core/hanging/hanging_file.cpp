#include "core/hanging/hanging_file.h"

#include "core/base/files.h"
#include "core/base/lined_json.h"
#include "core/base/text_escape.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace mama {
namespace {

constexpr std::size_t mostPlans = 100, mostSteps = 100, mostCells = 16, longestFile = std::size_t{1} << 20;
constexpr int mostColumns = 8;
constexpr TextId readingAction("action.read_hanging", "read hanging");

class Reader
{
public:
    Reader(const std::string& text, const std::filesystem::path& file)
        : m_json(text, file, {readingAction}, longestFile)
    {}

    HangingPlans read()
    {
        const auto& document = m_json.document();
        m_json.only(document, {"format", "version", "hangings"});
        m_json.isFormat("mama-hanging", 1);
        HangingPlans plans;
        std::set<std::string> names;
        m_json.each(document, "hangings", mostPlans, [&](const nlohmann::json& one) {
            plans.push_back(plan(one));
            if (!names.insert(plans.back().name).second)
                m_json.wrong("name",
                             {TextId("hanging.twice", "\"%1\" is the name of another one too"), plans.back().name});
        });
        return plans;
    }

private:
    HangingPlan plan(const nlohmann::json& object)
    {
        m_json.only(object, {"name", "when", "steps"});
        HangingPlan out;
        out.name = m_json.text(object, "name");
        const std::string when = object.contains("when") ? m_json.text(object, "when") : "always";
        if (when != "always" && when != "implant" && when != "spot")
            m_json.wrong(
                "when",
                {TextId("hanging.when", "\"when\" must be \"always\", \"implant\" or \"spot\", not \"%1\""), when});
        out.when = when == "implant" ? HangingPlan::When::Implant
                   : when == "spot"  ? HangingPlan::When::Spot
                                     : HangingPlan::When::Always;
        m_json.each(object, "steps", mostSteps, [&](const nlohmann::json& one) { out.steps.push_back(step(one)); });
        return out;
    }

    PlannedStep step(const nlohmann::json& object)
    {
        m_json.only(object, {"name", "columns", "cells"});
        PlannedStep out;
        out.name = m_json.text(object, "name");
        out.columns = m_json.number(object, "columns", 1, mostColumns);
        std::set<std::string> seen;
        m_json.each(object, "cells", mostCells, [&](const nlohmann::json& one) {
            if (!one.is_string())
                m_json.wrong({TextId("hanging.no_cell", "a cell is a text such as \"R CC\"")});
            out.cells.push_back(cell(one.get<std::string>()));
            if (const std::string name = out.cells.back().name(); !name.empty() && !seen.insert(name).second)
                m_json.wrong({TextId("hanging.cell_twice", "\"%1\" hangs twice in one step"), name});
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
        m_json.wrong({TextId("hanging.unknown_cell",
                             "\"%1\" is no cell: R or L, CC or MLO, with \"prior \" in front or \" displaced\" "
                             "or \" spot\" behind, or \"\""),
                      oneLine(text)});
    }

    LinedJson m_json;
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
