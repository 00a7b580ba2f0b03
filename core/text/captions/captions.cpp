#include "core/text/captions/captions.h"

#include "core/tables/cell.h"
#include "core/text/captions/caption_words.h"

#include <cctype>
#include <cmath>

namespace mama {
namespace {

void miss(Caption& caption, CaptionPart part)
{
    caption.missing = true;
    if (!caption.lacks)
        caption.lacks = part;
}

std::string orUnknown(const std::string& cell) { return isMissing(cell) ? "unknown" : cell; }

std::string reasonOf(const std::string& procedure)
{
    std::string lower;
    for (const char c : procedure)
        lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (lower.find("screen") != std::string::npos)
        return "screening";
    return lower.find("diag") != std::string::npos ? "diagnostic" : "";
}

std::string wholeYears(const std::string& cell, bool reference)
{
    const auto age = asNumber(cell);
    if (!age || std::abs(*age) > 1e9 || (!reference && (*age < 0 || *age > 120)))
        return "unknown";
    return std::to_string(static_cast<long>(*age));
}

std::string sideWords(const std::string& side)
{
    const auto key = trimmed(side);
    return key == "L" ? "left" : key == "R" ? "right" : key == "B" ? "bilateral" : "unknown";
}

std::string meaning(const CodeBook& codes, const char* column, const std::string& cell)
{
    const auto own = codes.find(column);
    if (own == codes.end() || isMissing(cell))
        return {};
    const auto found = own->second.find(std::string(asKey(cell)));
    return found == own->second.end() ? std::string() : found->second;
}

class Masker
{
public:
    explicit Masker(const CaptionOptions& options) : m_options(options) {}
    std::string operator()(std::string words)
    {
        if (m_options.mask <= 0)
            return words;
        const bool hide =
            m_options.mask >= 1 ||
            (m_options.random && std::uniform_real_distribution<double>(0, 1)(*m_options.random) < m_options.mask);
        return hide ? "unknown" : words;
    }

private:
    const CaptionOptions& m_options;
};

void addMetadata(Caption& caption, const ImageFields& image, const FindingFields& finding,
                 const CaptionOptions& options)
{
    Masker mask(options);
    if (!isMissing(image.procedure)) {
        caption.text += "Procedure reported: " + image.procedure + "; ";
        ++caption.labels;
    } else {
        miss(caption, CaptionPart::Procedure);
    }
    if (const std::string reason = isMissing(image.procedure) ? "" : reasonOf(image.procedure); !reason.empty()) {
        caption.text += "Reason for procedure: " + reason + "; ";
        ++caption.labels;
    } else {
        miss(caption, CaptionPart::Reason);
    }
    const std::string age = mask(wholeYears(finding.age, options.reference)), race = mask(orUnknown(finding.race));
    const std::string ethnicity =
        mask(trimmed(finding.ethnicity) == "Hispanic or Latino" ? "Hispanic or Latino" : "Non-Hispanic or Latino");
    caption.text += "Patient info: This patient is " + race + ", " + ethnicity + ", and " + age + " years old.  ";
    const std::string type = mask(orUnknown(image.imageType)), side = mask(sideWords(image.side)),
                      view = mask(orUnknown(image.view));
    caption.text += "Image info: This is a " + type + " full-field digital mammogram of the " + side + " breast with " +
                    view + " view.  ";
    caption.labels += 2;
    caption.metadata = caption.text;
}

void addAssessment(Caption& caption, const text::Assessment& assessment, const FindingFields& finding,
                   const CodeBook& codes)
{
    caption.text += text::findingsBlock(assessment);
    const std::string shape = meaning(codes, "massshape", finding.massShape),
                      density = meaning(codes, "massdens", finding.massDensity);
    if (!shape.empty() && !density.empty())
        caption.text += "The mass is " + shape + " and " + density + ". ";
    caption.text += " ";
    const std::string calcification = meaning(codes, "calcfind", finding.calcification),
                      distribution = meaning(codes, "calcdistri", finding.distribution);
    if (!calcification.empty() && !distribution.empty())
        caption.text += "A " + distribution + " " + calcification + " calcification is present.  ";
    caption.text += text::impressionBlocks(assessment);
}

} // namespace

UserText textOf(CaptionPart lacking)
{
    switch (lacking) {
    case CaptionPart::Procedure: return {TextId("caption.no_procedure", "no description of the procedure")};
    case CaptionPart::Reason:
        return {TextId("caption.no_reason", "a procedure that is called neither screening nor diagnostic")};
    case CaptionPart::Density: return {TextId("caption.no_density", "no density")};
    default: return {TextId("caption.no_assessment", "no assessment (BI-RADS)")};
    }
}

Caption buildCaption(const ImageFields& image, const FindingFields& finding, const CodeBook& codes,
                     const CaptionOptions& options)
{
    Caption caption;
    addMetadata(caption, image, finding, options);
    const auto density = densityCode(finding.density);
    if (density) {
        caption.text += text::compositionBlock(*density) + " ";
        ++caption.labels;
    } else {
        miss(caption, CaptionPart::Density);
    }
    if (const auto category = biradsCategory(trimmed(finding.assessment))) {
        addAssessment(caption, text::assessmentOf(*category), finding, codes);
        ++caption.labels;
    } else {
        miss(caption, CaptionPart::Assessment);
    }
    return caption;
}

std::string withSpecialTokens(const std::string& text, const std::string& separator, const std::string& start,
                              const std::string& end)
{
    std::string written = start;
    for (const char c : text) {
        if (c == '.' || c == ';')
            written += separator;
        else
            written += c == '\n' ? ' ' : c;
    }
    return written + end;
}

} // namespace mama
