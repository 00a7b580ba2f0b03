// The library's filter and the counts beside it, against a plain look at every study.
#include "core/base/files.h"
#include "core/library/collection/set_import.h"
#include "core/library/studies/filter_completion.h"
#include "core/library/studies/filter_edit.h"
#include "core/library/studies/kept_studies.h"
#include "core/library/studies/saved_views.h"
#include "core/library/studies/study_filter.h"
#include "core/library/studies/study_keys.h"
#include "core/library/studies/study_order.h"
#include "core/library/studies/tags.h"
#include "core/library/studies/value_histogram.h"
#include "core/tables/importers/data_sets.h"
#include "tests/core/library/library_support.h"
#include "tests/support/test_data.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include <set>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

// What the tables say of a study, by field.
using Values = std::map<std::string, std::set<std::string>>;
// One image or finding, by field.
using Item = std::map<std::string, std::string>;

struct Collection
{
    std::map<std::string, std::vector<Item>> images, findings; // by the study's key
    Folder folder;
    std::unique_ptr<Library> library;
    std::map<std::string, Values> studies; // by key
};

// Rows of one exam are strewn over the table.
void fill(Collection& made, std::mt19937& random)
{
    std::vector<std::string> images, findings;
    const auto any = [&](std::initializer_list<const char*> among) {
        return std::string(*(among.begin() + random() % among.size()));
    };
    for (int exam = 0; exam < 40; ++exam) {
        const std::string acc = std::to_string(7000 + exam), woman = std::to_string(500 + exam / 2);
        Values& values = made.studies[acc];
        values["dataset"] = {"EMBED"};
        values["kind"] = {"screening"};
        const int count = int(random() % 5);
        values["images"] = {std::to_string(count)};
        for (int i = 0; i < count; ++i) {
            const std::string side = any({"L", "R"}), view = any({"CC", "MLO", "ML"});
            images.push_back("images/" + acc + "_" + std::to_string(i) + ".dcm," + woman + "," + acc + ",2D," + side +
                             "," + view);
            values["side"].insert(side);
            values["view"].insert(view);
            values["type"].insert("2D");
            values["file"].insert("listed");
            made.images[acc].push_back({{"side", side}, {"view", view}});
        }
        for (int i = 0, n = 1 + int(random() % 3); i < n; ++i) {
            const std::string letter = any({"A", "N", "B", "P", "S", ""}), density = any({"1", "2", "4", ""}),
                              side = any({"L", "R", "B"});
            findings.push_back(woman + "," + acc + "," + letter + "," + density + "," + side + "," + std::to_string(i) +
                               ",MG Screening");
            made.findings[acc].push_back(
                {{"side", side},
                 {"birads", letter.empty() ? "" : std::to_string(std::string("ANBPS").find(letter))},
                 {"density", density.empty() ? "" : std::string(1, "ABCD"[density[0] - '1'])}});
            if (!letter.empty())
                values["birads"].insert(std::to_string(std::string("ANBPS").find(letter)));
            if (!density.empty())
                values["density"].insert(std::string(1, "ABCD"[density[0] - '1']));
        }
    }
    std::shuffle(images.begin(), images.end(), random);
    std::shuffle(findings.begin(), findings.end(), random);
    std::string metadata = "anon_dicom_path,empi_anon,acc_anon,FinalImageType,ImageLateralityFinal,ViewPosition\n";
    std::string clinical = "empi_anon,acc_anon,asses,tissueden,side,numfind,desc\n";
    for (const std::string& line : images)
        metadata += line + "\n";
    for (const std::string& line : findings)
        clinical += line + "\n";
    writeAtomically(made.folder / "set/tables/metadata.csv", std::string_view(metadata));
    writeAtomically(made.folder / "set/tables/clinical.csv", std::string_view(clinical));
    Library::create(made.folder / "lib");
    made.library = std::make_unique<Library>(made.folder / "lib");
    importSet(*made.library, readEmbedSet(made.folder / "set"));
    for (const char* name : {"Seen", "odd one"}) {
        std::vector<std::string> keys;
        for (auto& [key, values] : made.studies)
            if (random() % 3 == 0) {
                keys.push_back(key);
                values["tag"].insert(name);
            }
        tag(*made.library, {name, "study", studiesNamed(*made.library, keys)});
    }
}

struct Asked
{
    std::string text, field;
    std::function<bool(const Values&)> fits;
};

const std::set<std::string>& of(const Values& values, const std::string& field)
{
    static const std::set<std::string> none;
    const auto found = values.find(field);
    return found == values.end() ? none : found->second;
}

Asked ask(std::mt19937& random)
{
    const auto has = [](std::string field, std::string value) {
        return [=](const Values& values) { return of(values, field).contains(value); };
    };
    Asked asked;
    switch (random() % 8) {
    case 0:
        asked = {"density in (a, D)", "density",
                 [](const Values& v) { return of(v, "density").contains("A") || of(v, "density").contains("D"); }};
        break;
    case 1:
        asked = {"birads >= 3", "birads",
                 [](const Values& v) { return of(v, "birads").contains("3") || of(v, "birads").contains("4"); }};
        break;
    case 2: asked = {"view = mlo", "view", has("view", "MLO")}; break;
    case 3: asked = {"tag:seen", "tag", has("tag", "Seen")}; break;
    case 4: asked = {"tag:\"odd one\"", "tag", has("tag", "odd one")}; break;
    case 5: asked = {"missing(birads)", "birads", [](const Values& v) { return of(v, "birads").empty(); }}; break;
    case 6:
        asked = {"images < 2", "images",
                 [](const Values& v) { return of(v, "images").contains("0") || of(v, "images").contains("1"); }};
        break;
    default:
        asked = {"view ~ ml", "view",
                 [](const Values& v) { return of(v, "view").contains("ML") || of(v, "view").contains("MLO"); }};
    }
    if (random() % 3 == 0)
        asked = {"not " + asked.text, asked.field, [fits = asked.fits](const Values& v) { return !fits(v); }};
    return asked;
}

// A condition of one item, and whether an item of a study fits it.
struct Condition
{
    std::string text;
    std::function<bool(const Item&, const Values&)> fits;
};

Condition condition(bool ofImages, std::mt19937& random, int depth = 0)
{
    const auto at = [](const Item& item, const char* field) {
        const auto found = item.find(field);
        return found == item.end() ? std::string() : found->second;
    };
    Condition made;
    switch (random() % (depth < 2 ? 6 : 4)) {
    case 0:
        made = ofImages ? Condition{"view = MLO", [=](auto& i, auto&) { return at(i, "view") == "MLO"; }}
                        : Condition{"birads between 2 and 3",
                                    [=](auto& i, auto&) { return at(i, "birads") == "2" || at(i, "birads") == "3"; }};
        break;
    case 1: made = {"side = l", [=](auto& i, auto&) { return at(i, "side") == "L" || at(i, "side") == "B"; }}; break;
    case 2: made = {"tag:seen", [](auto&, const Values& v) { return of(v, "tag").contains("Seen"); }}; break;
    case 3:
        made = ofImages ? Condition{"images > 2",
                                    [](auto&, const Values& v) {
                                        return of(v, "images").contains("3") || of(v, "images").contains("4");
                                    }}
                        : Condition{"missing(density)", [=](auto& i, auto&) { return at(i, "density").empty(); }};
        break;
    default: {
        const Condition a = condition(ofImages, random, depth + 1), b = condition(ofImages, random, depth + 1);
        const bool both = random() % 2;
        made = {"(" + a.text + (both ? " and " : " or ") + b.text + ")", [=](const Item& i, const Values& v) {
                    return both ? a.fits(i, v) && b.fits(i, v) : a.fits(i, v) || b.fits(i, v);
                }};
    }
    }
    if (random() % 4 == 0)
        made = {"not " + made.text, [fits = made.fits](const Item& i, const Values& v) { return !fits(i, v); }};
    return made;
}

// Any clause that text can be made of.
FilterClause anyClause(std::mt19937& random, int depth = 0)
{
    const std::vector<std::string> words{"density",
                                         "birads",
                                         "not",
                                         "tag",
                                         "missing",
                                         "path loc (1)",
                                         "gr\xc3\xb6\xc3\x9f"
                                         "e",
                                         "a b",
                                         "count",
                                         "between"},
        values{"c", "4.5", "and", "", "say \"no\"", "\"", "a, b", "in", "x)", "\xc3\xa4", "-1e9", "or"};
    using Op = FilterClause::Operator;
    FilterClause clause;
    clause.op = static_cast<Op>(random() % (depth < 3 ? Op::Count + 1 : Op::AllOf));
    clause.negated = random() % 2;
    if (clause.op >= Op::Any) {
        clause.level = std::array{"image", "finding", "breast"}[random() % 3];
        clause.than = static_cast<Op>(random() % Op::In);
        if (clause.op == Op::Count)
            clause.values = {std::to_string(random() % 9)};
        else
            clause.than = Op::GreaterEqual;
    }
    if (clause.op == Op::AllOf || clause.op == Op::OneOf)
        for (std::size_t i = 0, n = 2 + random() % 2; i < n; ++i)
            clause.parts.push_back(anyClause(random, depth + 1));
    if (clause.op == Op::AllOf)
        clause.negated = true; // else its parts stand in the list
    if (clause.op >= Op::AllOf) {
        return clause;
    }
    clause.field = clause.op == Op::Tagged ? "tag" : words[random() % words.size()];
    const std::size_t count = clause.op == Op::Missing   ? 0
                              : clause.op == Op::In      ? 1 + random() % 3
                              : clause.op == Op::Between ? 2
                                                         : 1;
    for (std::size_t i = 0; i < count; ++i)
        clause.values.push_back(values[random() % values.size()]);
    return clause;
}

bool same(const FilterClause& a, const FilterClause& b)
{
    return a.field == b.field && a.op == b.op && a.values == b.values && a.negated == b.negated && a.level == b.level &&
           a.than == b.than && std::equal(a.parts.begin(), a.parts.end(), b.parts.begin(), b.parts.end(), same);
}

} // namespace

class TestStudyFilter : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // Whatever the clauses hold, their text is read as the same clauses.
    void clausesAsTextAreReadBack()
    {
        std::mt19937 random(11);
        for (int round = 0; round < 2000; ++round) {
            std::vector<FilterClause> clauses(random() % 5);
            for (FilterClause& clause : clauses)
                clause = anyClause(random);
            const std::string text = filterText(clauses);
            const std::vector<FilterClause> read = parseFilter(text);
            QCOMPARE(read.size(), clauses.size());
            for (std::size_t i = 0; i < read.size(); ++i) {
                QVERIFY2(same(read[i], clauses[i]), text.c_str());
            }
        }
    }

    // A value that was chosen leaves studies that have it; several of one field, those that have any; choosing twice
    // is as before.
    void valuesAreChosenBesideTheFilter()
    {
        std::mt19937 random(21);
        Collection made;
        fill(made, random);
        const StudyColumns columns(*made.library);
        for (int round = 0; round < 300; ++round) {
            std::vector<FilterClause> clauses;
            std::map<std::string, std::set<std::string>> chosen;
            for (int i = 0; i < 4; ++i) {
                const StudyColumn& column = columns.columns()[random() % columns.columns().size()];
                const std::string value = column.values[random() % column.values.size()];
                clauses = turned(clauses, column.name, value);
                auto& ofField = chosen[column.name];
                if (ofField.erase(value) == 0) {
                    if (value.empty() || ofField.contains(""))
                        ofField.clear();
                    ofField.insert(value);
                }
                QCOMPARE(isChosen(clauses, column.name, value), ofField.contains(value));
                const auto again = turned(turned(clauses, column.name, value), column.name, value);
                if (!value.empty() && !ofField.contains(""))
                    QCOMPARE(filterStudies(columns, again, false).studies.count(),
                             filterStudies(columns, clauses, false).studies.count());
            }
            const FilterResult result = filterStudies(columns, parseFilter(filterText(clauses)), false);
            for (std::size_t study = 0; study < columns.size(); ++study) {
                bool fits = true;
                for (const auto& [field, values] : chosen) {
                    const StudyColumn& column = *columns.column(field);
                    std::set<std::string> has;
                    for (std::size_t row = 0; row < column.codes.size(); ++row)
                        if (column.studyOf(row) == study && column.codes[row] != 0)
                            has.insert(column.values[column.codes[row]]);
                    if (has.empty())
                        has.insert("");
                    fits = fits && (values.empty() || std::any_of(values.begin(), values.end(), [&](const auto& each) {
                                        return has.contains(each);
                                    }));
                }
                QCOMPARE(result.studies.has(study), fits);
            }
        }
    }

    // Against a plain comparison of what the tables say: numbers as numbers, those without a value last, both ways.
    void studiesAreSorted()
    {
        std::mt19937 random(5);
        Collection made;
        fill(made, random);
        const StudyColumns columns(*made.library);
        const StudySet all(columns.size(), true);
        for (const std::string field : {"density", "images", "birads", "side", "study", "patient", "date"})
            for (const bool descending : {false, true}) {
                const auto rows = orderStudies(columns, all, {field, descending});
                QCOMPARE(rows.size(), columns.size());
                QCOMPARE(std::set(rows.begin(), rows.end()).size(), rows.size());
                const auto valueOf = [&](std::uint32_t study) {
                    if (field == "study")
                        return columns.key(study);
                    if (field == "patient")
                        return columns.patient(study);
                    if (field == "date")
                        return columns.date(study);
                    const auto& values = made.studies.at(columns.key(study))[field];
                    return values.empty() ? std::string()
                                          : *values.rbegin(); // one digit or letter each: highest is last
                };
                for (std::size_t i = 1; i < rows.size(); ++i) {
                    const std::string before = valueOf(rows[i - 1]), after = valueOf(rows[i]);
                    if (before.empty() || after.empty())
                        QVERIFY2(after.empty(), field.c_str());
                    else
                        QVERIFY2(descending ? before >= after : before <= after, (field + before + after).c_str());
                }
            }
        QVERIFY_EXCEPTION_THROWN(orderStudies(columns, all, {"no such field"}), Error);
    }

    void filtersAndCountsAreThoseOfAPlainLook()
    {
        std::mt19937 random(freshSeed());
        for (int library = 0; library < 3; ++library) {
            Collection made;
            fill(made, random);
            const StudyColumns columns(*made.library);
            QCOMPARE(columns.size(), made.studies.size());
            for (int i = 0; i < 200; ++i) {
                std::vector<Asked> asked;
                std::string text;
                for (int n = int(random() % 4); n > 0; --n) {
                    asked.push_back(ask(random));
                    text += (text.empty() ? "" : " AND ") + asked.back().text;
                }
                const FilterResult result = filterStudies(columns, parseFilter(text), true);
                for (std::size_t study = 0; study < columns.size(); ++study) {
                    const Values& values = made.studies.at(columns.key(study));
                    const bool fits =
                        std::all_of(asked.begin(), asked.end(), [&](const Asked& each) { return each.fits(values); });
                    QVERIFY2(result.studies.has(study) == fits, (text + ": " + columns.key(study)).c_str());
                }
                for (const Facet& facet : result.facets)
                    for (const FacetValue& value : facet.values) {
                        if (facet.field == "modifiers" || facet.field == "vendor" || facet.field == "model" ||
                            facet.field == "split" || facet.field == "year" || facet.field == "age")
                            continue; // nothing in these tables
                        std::size_t count = 0, all = 0;
                        for (const auto& [key, values] : made.studies) {
                            const auto& own = of(values, facet.field);
                            const bool there = value.value.empty() ? own.empty() : own.contains(value.value);
                            all += there;
                            count += there && std::all_of(asked.begin(), asked.end(), [&](const Asked& each) {
                                         return each.field == facet.field || each.fits(values);
                                     });
                        }
                        QVERIFY2(value.count == count && value.all == all,
                                 (text + ": " + facet.field + " " + value.value).c_str());
                    }
            }
        }
    }

    // any, all, none and count are of one and the same image or finding, against a look at each.
    void quantifiersLookAtOneItemAtATime()
    {
        std::mt19937 random(freshSeed());
        Collection made;
        fill(made, random);
        const StudyColumns columns(*made.library);
        for (int i = 0; i < 150; ++i) {
            const bool ofImages = random() % 2;
            const Condition each = condition(ofImages, random);
            const std::size_t wanted = random() % 4;
            const std::string inside = std::string(ofImages ? "image" : "finding") + ": " + each.text + ")";
            const std::string texts[] = {"any(" + inside, "all(" + inside, "none(" + inside,
                                         "count(" + inside + " = " + std::to_string(wanted)};
            for (std::size_t kind = 0; kind < 4; ++kind) {
                const FilterResult result = filterStudies(columns, parseFilter(texts[kind]), false);
                for (std::size_t study = 0; study < columns.size(); ++study) {
                    const std::string& key = columns.key(study);
                    const auto& items = (ofImages ? made.images : made.findings)[key];
                    const auto fits =
                        static_cast<std::size_t>(std::count_if(items.begin(), items.end(), [&](const Item& item) {
                            return each.fits(item, made.studies.at(key));
                        }));
                    const bool holds[] = {fits > 0, fits == items.size() && fits > 0, fits == 0, fits == wanted};
                    QVERIFY2(result.studies.has(study) == holds[kind], (texts[kind] + ": " + key).c_str());
                }
            }
        }
        const auto found = [&](const std::string& text) {
            return filterStudies(columns, parseFilter(text), false).studies.count();
        };
        QCOMPARE(found("any(image)") + found("images = 0"), columns.size());
        QCOMPARE(found("count(breast) > 2"), std::size_t(0));
        QCOMPARE(found("any(breast: side = L and side = R)"), std::size_t(0));
        QCOMPARE(found("(birads = 3 or birads = 4) and images > 0"), found("birads in (3, 4) and images > 0"));
        QCOMPARE(found("images between 1 and 2"), found("images >= 1 and images <= 2"));
        QVERIFY(has(fault([&] { found("any(finding: view = CC)"); }), "not said of a finding"));
        QVERIFY(has(fault([&] { found("any(image: colour = 1)"); }), "no field"));
        QVERIFY(has(fault([&] { found("images between 1 and many"); }), "\"many\""));
    }

    // Each study once in each bin that it has a value of; the bins are whole, next to each other and hold everything.
    void histogramsCountStudies()
    {
        std::mt19937 random(3);
        Collection made;
        fill(made, random);
        const StudyColumns columns(*made.library);
        const StudySet among = filterStudies(columns, parseFilter("images > 1"), false).studies;
        for (const char* field : {"birads", "images"}) {
            const auto found = histogramOf(columns, field, among);
            QVERIFY(found && found->whole && found->counts.size() == found->all.size());
            for (std::size_t bin = 0; bin < found->all.size(); ++bin) {
                const std::string inside = std::string(field) + " between " +
                                           std::to_string(int(found->low + found->step * double(bin))) + " and " +
                                           std::to_string(int(found->low + found->step * double(bin + 1) - 1));
                QCOMPARE(found->all[bin], filterStudies(columns, parseFilter(inside), false).studies.count());
                QCOMPARE(found->counts[bin],
                         filterStudies(columns, parseFilter(inside + " and images > 1"), false).studies.count());
            }
            const std::string outside = std::string(field) + " < " + std::to_string(int(found->low)) + " or " + field +
                                        " >= " + std::to_string(int(found->high()));
            QCOMPARE(filterStudies(columns, parseFilter(outside), false).studies.count(), std::size_t(0));
        }
        QVERIFY(!histogramOf(columns, "view", among) && !histogramOf(columns, "nothing", among));
        QVERIFY(!histogramOf(columns, "score", among));
        std::vector<float> scores(columns.size());
        for (std::size_t i = 0; i < scores.size(); ++i)
            scores[i] = i % 7 == 0 ? std::nanf("") : -0.5F + 0.01F * float(i);
        const auto scored = histogramOf(columns, "score", StudySet(columns.size(), true), &scores);
        QVERIFY(scored && !scored->whole);
        QCOMPARE(std::accumulate(scored->all.begin(), scored->all.end(), std::size_t(0)),
                 columns.size() - (columns.size() + 6) / 7);
        QCOMPARE(filterStudies(columns, parseFilter("score >= -0.405"), false, {nullptr, &scores}).studies.count() +
                     filterStudies(columns, parseFilter("score < -0.405"), false, {nullptr, &scores}).studies.count() +
                     filterStudies(columns, parseFilter("missing(score)"), false, {nullptr, &scores}).studies.count(),
                 columns.size());
        QVERIFY(has(fault([&] { filterStudies(columns, parseFilter("score > 0"), false); }), "no sentence"));
        const auto clauses = parseFilter("age > 40 and density = a and age <= 60");
        QCOMPARE(filterText(ranged(clauses, "age", "50", "")), std::string("age >= 50 and density = a"));
        QCOMPARE(filterText(ranged(clauses, "age", "", "")), std::string("density = a"));
        QCOMPARE(filterText(ranged(clauses, "birads", "3", "4")),
                 std::string("age > 40 and density = a and age <= 60 and birads between 3 and 4"));
        QCOMPARE(rangeOf(clauses, "age").first + "," + rangeOf(clauses, "age").second, std::string("40,60"));
    }

    void viewsAreKept()
    {
        const Folder folder;
        Library::create(folder / "lib");
        Library library(folder / "lib");
        SavedView view;
        view.name = " Dense ";
        view.filter = "density = d";
        view.sentence = "a mass";
        view.kept = "3-5 9";
        saveView(library, view);
        view.filter = "density in (c, d)";
        view.name = "DENSE";
        saveView(library, view);
        QCOMPARE(savedViews(library).size(), std::size_t(1));
        QCOMPARE(savedView(library, "dense").filter, view.filter);
        QCOMPARE(savedView(library, "dense").sentence, view.sentence);
        QCOMPARE(savedView(library, "dense").kept, view.kept);
        library.undo();
        QCOMPARE(savedView(library, "dense").filter, std::string("density = d"));
        QVERIFY(has(fault([&] { savedView(library, "old"); }), "Dense"));
        QVERIFY(has(fault([&] { deleteView(library, "old"); }), "Dense"));
        view.filter = "density in";
        QVERIFY(!fault([&] { saveView(library, view); }).empty());
        deleteView(library, "dense");
        QVERIFY(savedViews(library).empty());
    }

    void keptStudiesAreAShortText()
    {
        std::mt19937 random(5);
        for (int round = 0; round < 200; ++round) {
            std::vector<std::int64_t> ids;
            for (std::int64_t id = 1; id < 400; ++id)
                if (random() % (1 + unsigned(round) % 9) == 0)
                    ids.push_back(id);
            QVERIFY(idsOfRanges(rangesText(ids)) == ids);
        }
        QCOMPARE(rangesText(std::vector<std::int64_t>{1, 2, 3, 7, 9, 10}), std::string("1-3 7 9-10"));
        for (const char* wrong : {"1-", "-3", "3-1", "5 4", "5 5", "x", "1,2", "1  2", "0", "-5-3", "1-99999999999999",
                                  "99999999999999999999", "1-3 x"})
            QVERIFY2(idsOfRanges(wrong).empty(), wrong);
    }

    // Whatever is offered where one types is what the filter can be read with, and no more is.
    void whatIsOfferedGoesOn()
    {
        std::mt19937 random(7);
        Collection made;
        fill(made, random);
        const StudyColumns columns(*made.library);
        const auto offered = [&](const std::string& text) {
            std::vector<std::string> texts;
            for (const FilterCandidate& each : completeFilter(columns, text, text.size()).candidates)
                texts.push_back(each.text);
            return texts;
        };
        const auto offers = [&](const std::string& text, const std::string& wanted) {
            const auto texts = offered(text);
            return std::find(texts.begin(), texts.end(), wanted) != texts.end();
        };
        QVERIFY(offers("", "density ") && offers("", "any(") && offers("", "tag:") && offers("not ", "birads "));
        QVERIFY(offers("den", "density ") && !offers("den", "birads ") && offers("ads", "birads "));
        QVERIFY(offers("density ", "in (") && offers("density = ", "A") && !offers("density = ", "CC"));
        QVERIFY(offers("density in (a, ", "B") && offers("density in (a", "A") && offers("view = m", "MLO"));
        QVERIFY(offers("tag:", "\"odd one\"") && offers("tag:\"od", "\"odd one\"") && offers("tag:SE", "Seen"));
        QVERIFY(offers("any(", "finding: ") && offers("any(finding: ", "birads ") && !offers("any(finding: ", "view "));
        QVERIFY(offers("any(image: view = cc ", ")") && !offers("density = a ", ")") && offers("density = a ", "or "));
        QVERIFY(offers("missing(den", "density)") && offers("count(image) ", ">= "));
        QVERIFY(offered("= 3 and ").empty() && offered("density = a x ").empty() && offered("images > ").size() > 1);
        QVERIFY(completeFilter(columns, "density = a ", 12).asked && !completeFilter(columns, "density = ", 10).asked);
        const std::vector<std::string> models{"demo", "the twin"};
        const auto offersModel = [&](const std::string& text, const std::string& wanted) {
            const auto found = completeFilter(columns, text, text.size(), models).candidates;
            return std::any_of(found.begin(), found.end(), [&](const auto& each) { return each.text == wanted; });
        };
        QVERIFY(offersModel("sco", "score:demo ") && offersModel("sco", "score:\"the twin\" ") &&
                !offers("sco", "score:demo "));
        QVERIFY(offersModel("score:", "\"the twin\" ") && offersModel("score:\"the t", "\"the twin\" ") &&
                !offersModel("score:", "density ") && offersModel("score:demo ", ">= "));
        const std::string middle = "birads = 1 and dens = a";
        const FilterCompletion inside = completeFilter(columns, middle, 17);
        QCOMPARE(middle.substr(inside.begin, inside.end - inside.begin), std::string("dens"));
        for (int walk = 0; walk < 300; ++walk) { // whatever is chosen, it goes on
            std::string text;
            for (int step = 0; step < 12; ++step) {
                const FilterCompletion next = completeFilter(columns, text, text.size());
                if (next.candidates.empty())
                    break;
                const std::string before = text;
                text = text.substr(0, next.begin) + next.candidates[random() % next.candidates.size()].text;
                const std::string told = fault([&] { parseFilter(text); });
                QVERIFY2(told.empty() || has(told, "it ends where") || has(told, "stands where"), told.c_str());
                QVERIFY2(!has(told, "stands where"), (before + " -> " + text + ": " + told).c_str());
                if (text.back() != ' ' && text.back() != '(' && text.back() != ':')
                    text += ' ';
            }
        }
    }

    void errorsNameThePlaceAndWhatWasExpected()
    {
        const std::map<std::string, std::string> wrong{{"density", "character 8"}, {"density in", "list in brackets"},
                                                       {"density in (a", "comma"}, {"density = a b = c", "\"and\""},
                                                       {"= 3", "a field"},         {"a = \"x", "closing quote"},
                                                       {"a = 1 and", "a field"},   {"tag:", "a value"},
                                                       {"not", "a field"},         {"missing(a", "closing bracket"},
                                                       {"a == b", "a value"},      {std::string(20000, 'a'), "10,000"}};
        for (const auto& [text, words] : wrong) {
            const std::string told = fault([&] { parseFilter(text); });
            QVERIFY2(has(told, words), (text.substr(0, 30) + ": " + told).c_str());
        }
        QVERIFY(parseFilter("").empty() && parseFilter("  ").empty());
        QCOMPARE(parseFilter("not not a=1").front().negated, false);
        QCOMPARE(parseFilter("not (not (a=1))").front().negated, false);
        QCOMPARE(parseFilter("(a = 1 and (b = 2 and c = 3))").size(), std::size_t(3));
        QVERIFY(has(fault([&] { parseFilter(std::string(40, '(')); }), "32"));
        QVERIFY(has(fault([&] { parseFilter("any(finding: any(image: view = CC))"); }), "do not stand in each other"));
        QVERIFY(has(fault([&] { parseFilter("any(pixel: a = 1)"); }), "image, finding or breast"));
        QVERIFY(has(fault([&] { parseFilter("count(image) > x"); }), "a whole number"));
        QVERIFY(has(fault([&] { parseFilter("a between 1"); }), "upper end"));
        QVERIFY(has(fault([&] { parseFilter("(a = 1 or b = 2"); }), "closing bracket"));
        Collection made;
        std::mt19937 random(1);
        fill(made, random);
        const StudyColumns columns(*made.library);
        QVERIFY(has(fault([&] { filterStudies(columns, parseFilter("a = 1 and colour = 2"), false); }), "\"a\""));
        QVERIFY(has(fault([&] { filterStudies(columns, parseFilter("tag:none"), false); }), "Seen"));
    }

    // Keys have more digits than a number holds; a date is text, so that its beginning is enough.
    void keysAndDatesAreFieldsWithoutFacets()
    {
        const Folder folder;
        const std::string clinical = "empi_anon,acc_anon,study_date_anon,asses,tissueden,side,age_at_study\n"
                                     "71000000,9900000000000001,2015-02-01,N,1,L,48\n"
                                     "71000000,9900000000000002,2016-03-01,S,2,L,49\n"
                                     "71000001,9900000000000003,,B,2,R,50\n";
        fs::create_directories(folder / "set");
        writeAtomically(folder / "set/clinical.csv", std::string_view(clinical));
        Library::create(folder / "lib");
        Library library(folder / "lib");
        importSet(library, readEmbedSet(folder / "set"));
        const StudyColumns columns(library);
        const auto found = [&](const std::string& text) { return filterStudies(columns, parseFilter(text), true); };
        const std::map<std::string, std::size_t> wanted{{"patient = 71000000", 2},
                                                        {"study = 9900000000000002", 1},
                                                        {"study in (9900000000000001, x)", 1},
                                                        {"study >= 9900000000000002", 2},
                                                        {"patient ~ 00001", 1},
                                                        {"date >= 2015-02-02", 1},
                                                        {"date < 2016", 1},
                                                        {"date = 2016", 1},
                                                        {"date <= 2015-02", 1},
                                                        {"date between 2015 and 2016", 2},
                                                        {"date > 2015-02", 1},
                                                        {"date ~ 2016-03", 1},
                                                        {"missing(date)", 1},
                                                        {"not patient = 71000000", 1},
                                                        {"Patient != 71000001", 2}};
        for (const auto& [text, count] : wanted)
            QVERIFY2(found(text).studies.count() == count, text.c_str());
        for (const Facet& facet : found("").facets)
            QVERIFY(facet.field != "study" && facet.field != "patient" && facet.field != "date");
        QVERIFY(has(fault([&] { found("density = A and age >= abc"); }), "character 17"));
        QVERIFY(has(fault([&] { found("age >= abc"); }), "no number"));
        QVERIFY(has(fault([&] { found("date > soon"); }), "no date"));
        QVERIFY(has(fault([&] { found("colour = 1"); }), "study, patient, date"));
        QVERIFY(found("density = a").warnings.empty());
        const auto warned = found("density in (b, z) and patient = 1").warnings;
        QCOMPARE(warned.size(), std::size_t(2));
        QCOMPARE(warned.front().english(), std::string("no study has density z: there are A, B"));
        QCOMPARE(found("density = z").studies.count(), std::size_t(0));
    }

    // A code is found by what the data set's legend says it means, and told with it.
    void codesHaveTheirLegendsMeaning()
    {
        const Folder folder;
        fs::create_directories(folder / "set");
        writeAtomically(
            folder / "set/clinical.csv",
            std::string_view("empi_anon,acc_anon,asses,tissueden,side,massshape\n1,10,N,1,L,O\n2,20,N,2,R,X\n"
                             "3,30,N,2,R,\n"));
        Library::create(folder / "lib");
        Library library(folder / "lib");
        importSet(library, readEmbedSet(folder / "set"));
        const auto found = [&](const std::string& text) {
            return filterStudies(StudyColumns(library), parseFilter(text), true);
        };
        QCOMPARE(found("mass_shape = oval").studies.count(), std::size_t(0));
        writeAtomically(folder / "set/legend.csv",
                        std::string_view("Header in export,Description,Code,Meaning\nmassshape,x,O,Oval \n"));
        QVERIFY(importSet(library, readEmbedSet(folder / "set"))->change.command != 0); // the legend alone is new
        const std::map<std::string, std::size_t> wanted{{"mass_shape = oval", 1},       {"mass_shape = o", 1},
                                                        {"mass_shape in (oval, x)", 2}, {"mass_shape ~ val", 1},
                                                        {"mass_shape != Oval", 1},      {"not mass_shape = oval", 2}};
        for (const auto& [text, count] : wanted)
            QVERIFY2(found(text).studies.count() == count, text.c_str());
        QVERIFY(has(found("mass_shape = round").warnings.at(0).english(), "O (Oval), X"));
        for (const Facet& facet : found("").facets)
            if (facet.field == "mass_shape")
                for (const FacetValue& value : facet.values)
                    QCOMPARE(value.means, std::string(value.value == "O" ? "Oval" : ""));
        library.undo(); // the legend goes with its import
        QCOMPARE(found("mass_shape = oval").studies.count(), std::size_t(0));
    }

    void noTextCrashesTheParser()
    {
        std::mt19937 random(freshSeed());
        const std::string pieces[] = {
            "a",        "density", " and ", "not ", "(",        ")",    ",",  "\"",  "=",          " or ",
            "<=",       "~",       "in ",   "tag:", "\xC3\xA4", "\xFF", "\0", "3.5", "any(image:", "count(finding)",
            " between "};
        int read = 0;
        for (int i = 0; i < 100000; ++i) {
            std::string text;
            for (int n = int(random() % 12); n > 0; --n)
                text += pieces[random() % std::size(pieces)];
            read += fault([&] { parseFilter(text); }).empty();
        }
        QVERIFY(read > 100);
    }
};

QTEST_APPLESS_MAIN(TestStudyFilter)
#include "test_study_filter.moc"
