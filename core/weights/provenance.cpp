#include "core/weights/describe.h"

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
    constexpr std::int64_t bioMedLmWidth = 2560;
    const bool mama = description.value("kind", "") == "mama" || description.value("kind", "") == "linear-probe";
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
    const auto& text = description.contains("text") ? description["text"] : nlohmann::json();
    if (text.is_object() && text.value("family", "") == "gpt2" && text.value("width", std::int64_t{0}) == bioMedLmWidth)
        notice += " The language model is BioMedLM: BigScience BLOOM RAIL 1.0, with restrictions of use.";
    return {{"trained_on", trainedOn}, {"licence", licence}, {"notice", notice}};
}

} // namespace mama::weights
