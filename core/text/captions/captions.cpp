#include "core/text/captions/captions.h"

#include "core/tables/csv_file.h"
#include "core/text/captions/caption_words.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace mama {
namespace {

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

std::string meaning(const Legend& legend, const char* column, const std::string& cell)
{
    const auto codes = legend.find(column);
    if (codes == legend.end() || isMissing(cell))
        return {};
    const auto found = codes->second.find(std::string(asKey(cell)));
    return found == codes->second.end() ? std::string() : found->second;
}

std::optional<int> densityCode(const std::string& cell)
{
    const auto value = asNumber(cell);
    if (!value || *value != std::floor(*value) || *value < 1 || *value > 5)
        return std::nullopt;
    return static_cast<int>(*value);
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
        caption.missing = true;
    }
    if (const std::string reason = isMissing(image.procedure) ? "" : reasonOf(image.procedure); !reason.empty()) {
        caption.text += "Reason for procedure: " + reason + "; ";
        ++caption.labels;
    } else {
        caption.missing = true;
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
                   const Legend& legend)
{
    caption.text += text::findingsBlock(assessment);
    const std::string shape = meaning(legend, "massshape", finding.massShape),
                      density = meaning(legend, "massdens", finding.massDensity);
    if (!shape.empty() && !density.empty())
        caption.text += "The mass is " + shape + " and " + density + ". ";
    caption.text += " ";
    const std::string calcification = meaning(legend, "calcfind", finding.calcification),
                      distribution = meaning(legend, "calcdistri", finding.distribution);
    if (!calcification.empty() && !distribution.empty())
        caption.text += "A " + distribution + " " + calcification + " calcification is present.  ";
    caption.text += text::impressionBlocks(assessment);
}

} // namespace

FindingChoice chooseFinding(std::span<const FindingFields> findings, const std::string& imageSide, bool reference)
{
    FindingChoice choice;
    const auto keep = [&](std::string_view side) {
        for (std::size_t i = 0; i < findings.size(); ++i)
            if (trimmed(findings[i].side) == side)
                choice.among.push_back(i);
    };
    if (!isMissing(imageSide))
        keep(trimmed(imageSide));
    if (choice.among.empty())
        keep("B");
    if (choice.among.empty())
        for (std::size_t i = 0; i < findings.size(); ++i)
            choice.among.push_back(i);
    if (choice.among.empty())
        return choice;

    std::vector<std::pair<int, std::size_t>> rated; // category, place in `among`
    for (std::size_t i = 0; i < choice.among.size(); ++i)
        if (const auto* assessment = text::assessmentByLetter(trimmed(findings[choice.among[i]].assessment)))
            rated.emplace_back(assessment->category, i);
    choice.index = choice.among.front();
    if (rated.empty())
        return choice;
    const auto less = [](const auto& a, const auto& b) { return a.first < b.first; };
    const auto lowest = std::min_element(rated.begin(), rated.end(), less),
               highest = std::max_element(rated.begin(), rated.end(), less);
    const auto chosen = highest->first <= 2 && lowest->first == 0 ? lowest : highest; // recall wins over benign
    // The reference counts the rated findings only, but applies the number to all of them.
    const std::size_t place = reference ? static_cast<std::size_t>(chosen - rated.begin()) : chosen->second;
    choice.index = choice.among[place];
    choice.rated = true;
    return choice;
}

Caption buildCaption(const ImageFields& image, const FindingFields& finding, const Legend& legend,
                     const CaptionOptions& options)
{
    Caption caption;
    addMetadata(caption, image, finding, options);
    const auto density = densityCode(finding.density);
    if (density) {
        caption.text += text::compositionBlock(*density) + " ";
        ++caption.labels;
    } else {
        caption.missing = true;
    }
    const auto* assessment = text::assessmentByLetter(trimmed(finding.assessment));
    if (assessment) {
        addAssessment(caption, *assessment, finding, legend);
        ++caption.labels;
    } else {
        caption.missing = true;
    }
    if (!caption.missing) {
        caption.birads = assessment->category;
        if (*density <= 4)
            caption.density = *density - 1;
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
