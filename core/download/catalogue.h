#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mama {

// One file of a public checkpoint.
struct CatalogueFile
{
    std::string name;                       // below the folder that is imported: "text-model/vocab.txt"
    std::string repository, revision, path; // of the hub; no repository: nobody serves it
    std::string where;                      // of such a file: where its makers give it, in words
    std::optional<std::uint64_t> bytes;     // only where its makers state it
    std::string sha256;                     // the same; else empty: the source is asked
};

// A zero-shot figure that somebody published.
struct PublishedFigure
{
    std::string task, measure; // "VinDr, mass"; "AUC"
    double value = 0;
};

// What is known of a public checkpoint before any of it is here.
struct CatalogueModel
{
    std::string name, title, summary; // name: of its folder and on the command line
    std::string trainedOn, figuresSource, licence, terms, notFor, page;
    std::string acceptAt; // where its terms are accepted with an account there; empty: nowhere, no token is needed
    std::vector<PublishedFigure> figures;
    std::optional<std::uint64_t> size; // of all files, about
    std::string sizeNote;              // how that is known
    std::string weights, textModel;    // what is imported: of files' names; textModel: a folder, or empty
    nlohmann::json expects;            // {JSON pointer into model.json: value}: what it must turn out to be
    std::vector<CatalogueFile> files;

    bool gated() const { return !acceptAt.empty(); }
    bool served() const; // all of it, by the hub
};

struct Catalogue
{
    std::string hub; // base address: HUB/REPOSITORY/resolve/REVISION/PATH
    std::vector<CatalogueModel> models;

    // Error(Usage) lists the names there are.
    const CatalogueModel& model(std::string_view name) const;
    const CatalogueModel* find(std::string_view name) const;
};

// Error(Format) names `where`, the model and the field.
Catalogue readCatalogue(std::string_view text, const std::string& where);
// resources/models/catalogue.json.
Catalogue builtInCatalogue();

// For lists and details, as the command line prints it.
nlohmann::json toJson(const CatalogueModel& model);

} // namespace mama
