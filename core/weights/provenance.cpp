#include "core/weights/describe.h"
#include "core/weights/families/families.h"
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

} // namespace

nlohmann::json provenanceNotes(const nlohmann::json& description, const ConfigSources& configs,
                               const std::filesystem::path& source)
{
    const ModelKind kind = modelKind(description);
    const bool mama = kind == ModelKind::Mama || kind == ModelKind::LinearProbe;
    const bool embed =
        mama && (configs.isTrue("embed") || lower(source.filename().string()).find("embed") != std::string::npos);
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
    return {{"trained_on", trainedOn}, {"licence", licence}, {"notice", notice}};
}

} // namespace mama::weights
