#include "core/protocol/provenance_line.h"

namespace mama {

std::string provenanceLine(const ModelSource& source, ProvenanceForm form)
{
    const bool note = form == ProvenanceForm::Note, picture = form == ProvenanceForm::Picture;
    const std::string data = !source.trainedOn.empty() ? source.trainedOn : note ? "unknown" : "unknown data";
    const std::string trained = (picture ? "trained on " : "trained on: ") + data;
    if (note)
        return trained;
    std::string line = "Model " + source.model;
    line += form == ProvenanceForm::Paragraph ? " (" + source.hash.substr(0, 8) + ")" : " " + source.hash.substr(0, 12);
    if (source.checkpoint)
        line += ", checkpoint of step " + std::to_string(*source.checkpoint);
    line += ", " + trained;
    const std::string computed = source.precision + " on " + source.device;
    if (picture)
        return line + ", " + computed;
    if (!source.profile.empty())
        line += ". Profile " + source.profile + ", " + computed;
    return line + ". " + notForClinicalUse;
}

} // namespace mama
