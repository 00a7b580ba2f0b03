#include "core/weights/describe.h"
#include "core/weights/families/families.h"
#include "core/weights/families/model_notes.h"
#include "core/weights/model_kind.h"

#include <algorithm>
#include <cctype>

// What may be said of the licence: mama.md, sections 1 and 11.
namespace mama::weights {
namespace {

std::string lower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

// Names under which a source may have been published: a file's own; of a folder, and of a file that is called as every
// folder's is, those of the folders around it (a hub's cache has three).
std::vector<std::string> namesOf(const std::filesystem::path& source)
{
    const std::string file = source.filename().string();
    const bool common = file == "model.safetensors" || file == "pytorch_model.bin";
    if (std::filesystem::is_regular_file(source) && !common)
        return {source.stem().string()};
    constexpr int around = 3;
    std::vector<std::string> names;
    std::filesystem::path folder = common ? source.parent_path() : source;
    for (int i = 0; i < around; ++i, folder = folder.parent_path())
        names.push_back(folder.filename().string());
    return names;
}

// What is known of a tower that comes alone, by its name; null: nothing.
nlohmann::json publishedTower(const nlohmann::json& description, const std::filesystem::path& source)
{
    if (modelKind(description) != ModelKind::ImageTower)
        return {};
    const nlohmann::json& image = description.at("image");
    for (const std::string& name : namesOf(source))
        if (auto known = towerNotes(image, name); !known.is_null())
            return known;
    return {};
}

} // namespace

nlohmann::json provenanceNotes(const nlohmann::json& description, const ConfigSources& configs,
                               const std::filesystem::path& source)
{
    const ModelKind kind = modelKind(description);
    const bool mama = kind == ModelKind::Mama || kind == ModelKind::LinearProbe;
    const std::string file = lower(source.filename().string());
    const bool named = file.find("embed") != std::string::npos;
    // MaMA's tower was published alone too.
    const bool tower = kind == ModelKind::ImageTower && named && file.find("mama") != std::string::npos;
    const bool embed = tower || (mama && (configs.isTrue("embed") || named));
    const bool rsna = mama && configs.isTrue("rsna_mammo");
    std::string trainedOn = embed  ? "EMBED"
                            : rsna ? "RSNA-Mammo"
                                   : "unknown",
                licence = "as stated by whoever gave you the file";
    if (embed)
        licence =
            "Trained on EMBED: its licence of 28 April 2025 forbids releasing weights and embeddings trained on it. Do not pass on this model or embeddings of EMBED images.";
    std::string notice = "Research use only, not for clinical use.";
    const auto add = [&](const std::string& own) { notice += own.empty() ? "" : " " + own; };
    if (const auto image = description.value("image", nlohmann::json()); image.is_object())
        add(imageFamily(image).notice(image));
    if (const auto text = description.value("text", nlohmann::json()); text.is_object())
        add(textFamily(text).notice(text));
    nlohmann::json notes{{"trained_on", trainedOn}, {"licence", licence}, {"notice", notice}};
    if (const auto known = publishedTower(description, source); !known.is_null())
        notes.update(known);
    return notes;
}

} // namespace mama::weights
