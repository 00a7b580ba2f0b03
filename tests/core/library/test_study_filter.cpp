// The library's filter and the counts beside it, against a plain look at every study.
#include "core/base/files.h"
#include "core/library/collection/set_import.h"
#include "core/library/studies/filter_edit.h"
#include "core/library/studies/study_filter.h"
#include "core/library/studies/study_keys.h"
#include "core/library/studies/study_order.h"
#include "core/library/studies/tags.h"
#include "core/tables/importers/data_sets.h"
#include "tests/core/library/library_support.h"
#include "tests/support/test_data.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace mama;
using namespace mama::test;
namespace fs = std::filesystem;

namespace {

// What the tables say of a study, by field.
using Values = std::map<std::string, std::set<std::string>>;

struct Collection
{
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
        }
        for (int i = 0, n = 1 + int(random() % 3); i < n; ++i) {
            const std::string letter = any({"A", "N", "B", "P", "S", ""}), density = any({"1", "2", "4", ""});
            findings.push_back(woman + "," + acc + "," + letter + "," + density + "," + any({"L", "R", "B"}) + "," +
                               std::to_string(i) + ",MG Screening");
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

} // namespace

class TestStudyFilter : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // Whatever the clauses hold, their text is read as the same clauses.
    void clausesAsTextAreReadBack()
    {
        std::mt19937 random(11);
        const std::vector<std::string> words{"density", "birads",       "not",   "tag",
                                             "missing", "path loc (1)", "größe", "a b"},
            values{"c", "4.5", "and", "", "say \"no\"", "\"", "a, b", "in", "x)", "\xc3\xa4", "-1e9"};
        using Op = FilterClause::Operator;
        for (int round = 0; round < 2000; ++round) {
            std::vector<FilterClause> clauses(random() % 5);
            for (FilterClause& clause : clauses) {
                clause.op = static_cast<Op>(random() % 10);
                clause.negated = random() % 2;
                clause.field = clause.op == Op::Tagged ? "tag" : words[random() % words.size()];
                const std::size_t count = clause.op == Op::Missing ? 0 : clause.op == Op::In ? 1 + random() % 3 : 1;
                for (std::size_t i = 0; i < count; ++i)
                    clause.values.push_back(values[random() % values.size()]);
            }
            const std::string text = filterText(clauses);
            const std::vector<FilterClause> read = parseFilter(text);
            QCOMPARE(read.size(), clauses.size());
            for (std::size_t i = 0; i < read.size(); ++i) {
                QVERIFY2(read[i].field == clauses[i].field && read[i].op == clauses[i].op &&
                             read[i].values == clauses[i].values && read[i].negated == clauses[i].negated,
                         text.c_str());
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

    void errorsNameThePlaceAndWhatWasExpected()
    {
        const std::map<std::string, std::string> wrong{{"density", "character 8"}, {"density in", "list in brackets"},
                                                       {"density in (a", "comma"}, {"density = a or b = c", "\"and\""},
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
        const std::string pieces[] = {"a",  "density", " and ", "not ", "(",        ")",    ",",  "\"", "=",
                                      "<=", "~",       "in ",   "tag:", "\xC3\xA4", "\xFF", "\0", "3.5"};
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
