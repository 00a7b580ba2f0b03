#include "core/zeroshot/outside_training.h"

#include "core/base/folded_text.h"
#include "core/dicom/read/image_header.h"
#include "core/model/model.h"
#include "core/weights/card_words.h"

namespace mama {
namespace {

bool speaksOf(const std::string& text, std::string_view word) { return text.find(word) != std::string::npos; }

// The phantoms' makers say so in the file; a picture without a header says nothing.
bool isSynthetic(const ImageHeader& image)
{
    const std::string said = folded(image.manufacturer + ' ' + image.seriesDescription);
    return speaksOf(said, "phantom") || (speaksOf(said, "synthetic") && speaksOf(said, "no patient"));
}

} // namespace

std::vector<UserText> outsideTraining(const ModelInfo& model, const ImageHeader& image)
{
    std::vector<UserText> reasons;
    const std::string last = lastTrainedOn(model.trainedOn), card = folded(last);
    if ((speaksOf(card, "synthetic") || speaksOf(card, "phantom")) && !isSynthetic(image))
        reasons.push_back(
            last == model.trainedOn
                ? UserText{TextId("zeroshot.outside_synthetic",
                                  "outside the model's training data: it was trained on synthetic images alone")}
                : UserText{TextId("zeroshot.outside_synthetic_last",
                                  "outside the model's training data: it was trained on synthetic images last")});
    if (speaksOf(folded(model.notice), "not made for mammograms")) // the card's own words
        reasons.push_back({TextId("zeroshot.outside_any", "outside the model's training data: it was not made for "
                                                          "mammograms")});
    if (image.format == "dicom" && !image.modality.empty() && image.modality != "MG")
        reasons.push_back({TextId("zeroshot.outside_modality",
                                  "outside the model's training data: modality %1, no digital mammography"),
                           image.modality});
    else if (image.sopClass == "1.2.840.10008.5.1.4.1.1.7")
        reasons.push_back({TextId("zeroshot.outside_capture",
                                  "outside the model's training data: a secondary capture, such as a scanned film")});
    return reasons;
}

} // namespace mama
