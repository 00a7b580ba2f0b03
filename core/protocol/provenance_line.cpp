#include "core/protocol/provenance_line.h"

namespace mama {
namespace {

UserText withLicence(const UserText& line, const ModelSource& source)
{
    if (source.licence.empty())
        return line;
    const bool ends = source.licence.ends_with('.');
    return {TextId("provenance.licence", "%1 Licence: %2"), line, source.licence + (ends ? "" : ".")};
}

} // namespace

UserText provenanceLine(const ModelSource& source, ProvenanceForm form)
{
    if (form == ProvenanceForm::Note)
        return {TextId("provenance.note", "trained on: %1"),
                source.trainedOn.empty() ? UserText{TextId("provenance.unknown", "unknown")} : source.trainedOn};
    const UserText data =
        source.trainedOn.empty() ? UserText{TextId("provenance.unknown_data", "unknown data")} : source.trainedOn;
    const std::string eight = source.hash.substr(0, 8), twelve = source.hash.substr(0, 12);
    switch (form) {
    case ProvenanceForm::Note:
    case ProvenanceForm::Paragraph:
        return withLicence({TextId("provenance.paragraph",
                                   "Model %1 (%2), trained on: %3. Profile %4, %5 on %6. Not for clinical use."),
                            source.model, eight, data, source.profile, source.precision, source.device},
                           source);
    case ProvenanceForm::Checkpoint:
        return withLicence({TextId("provenance.checkpoint",
                                   "Model %1 (%2), checkpoint of step %3, trained on: %4. Not for clinical use."),
                            source.model, eight, source.step, data},
                           source);
    case ProvenanceForm::Command:
        return withLicence({TextId("provenance.command", "Model %1 %2, trained on: %3. Not for clinical use."),
                            source.model, twelve, data},
                           source);
    case ProvenanceForm::Picture:
        return {TextId("provenance.picture", "Model %1 %2, trained on %3, %4 on %5"),
                source.model,
                twelve,
                data,
                source.precision,
                source.device};
    }
    return {};
}

} // namespace mama
