#pragma once
#include "core/base/error.h"
#include "core/base/user_text.h"
#include "core/dicom/codes/side.h"
#include "core/image/geometry.h"
#include "core/image/profile.h"
#include "core/model/model.h"
#include "core/study/fusion.h"
#include "core/zeroshot/embedding_cache.h"
#include "core/zeroshot/encoded_image.h"
#include "core/zeroshot/kept_inputs.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mama {

class ImageFile;
struct ScanReport;
struct StudyImage;

// An image of a study that is to be scored, and what names it in results.
struct ImageToScore
{
    std::filesystem::path path;
    int frame = 0;
    Slot slot = Slot::Extra;
    Side side = Side::Unknown;
    std::string view;
    std::optional<Spacing> spacing; // mm; empty: no mm in results
    std::vector<UserText> warnings;
    std::filesystem::path origin{}; // of one out of an archive: its name there
};

struct NotScored
{
    std::filesystem::path path;
    UserText reason;
};

struct ImageSelection
{
    std::vector<ImageToScore> images;
    std::vector<NotScored> skipped; // readable, but not to be scored unasked
    std::vector<NotScored> refused; // could not be read
};

struct SelectionOptions
{
    bool processing = false;  // score images "for processing" too
    std::optional<int> frame; // of the stacks named; empty: stacks are skipped
    std::string studyUid;     // which study, where there are several
};

// Why an image is not scored unasked: a stack of frames, a raw one. Empty: it is scored.
UserText whyNotScored(const StudyImage& image, const SelectionOptions& options);
// Which images of a scanned study are scored (workstation.md 1.5). Error(Data) if there is no study, or several and
// none is chosen.
ImageSelection selectImages(const ScanReport& report, const SelectionOptions& options = {});

// Scans, and selects. Empty: cancelled.
Cancellable<ImageSelection> findImages(const std::vector<std::filesystem::path>& paths, const SelectionOptions& options,
                                       const Job& job);

struct ScoredImage
{
    ImageToScore image;
    std::shared_ptr<const EncodedImage> encoded;
    bool fused = true; // takes part in the scores of breast and study: hung images; all where none is hung
    bool cached = false;
    double milliseconds = 0;
    std::string inputs{}; // key of what is kept of it to draw its maps in another way; empty: nothing is
};

struct EncodedStudy
{
    std::vector<ScoredImage> images;
    std::vector<NotScored> skipped, refused;
};

// As the study's images lie and take part.
FusedScores fuse(const std::vector<std::vector<double>>& scores, const EncodedStudy& study, FusionRule rule);

// Whether a failure is one file's own, to be collected; any other (model, memory, fault) ends the whole task.
bool belongsToFile(const Error& error);

// What embeddings of this model, profile and way of maps have in common; empty way: the model's default.
EmbeddingIdentity identityOf(const Model& model, const Profile& profile, const std::string& mapWay = {});

// Reads, prepares and encodes images with one model and profile; embeddings come from the cache where they can, maps in
// another way from inputs that were kept.
class StudyEncoder
{
public:
    // cache may be null. All must outlive this object.
    // mapWay: one of the model's; empty: its default.
    StudyEncoder(const Model& model, const Profile& profile, EmbeddingCache* cache, std::string mapWay = {})
        : m_model(model), m_profile(profile), m_cache(cache), m_mapWay(std::move(mapWay))
    {}

    // Inputs of images that are encoded from now on are kept there, and used. It must outlive this object.
    void keepIn(KeptInputs& kept) { m_kept = &kept; }

    // Files that cannot be read are collected in `refused`; if that is all of them, the first one's error is
    // thrown. Empty: cancelled.
    Cancellable<EncodedStudy> encode(const ImageSelection& selection, const Job& job = {}) const;
    // One image. Error names the file. Empty: cancelled.
    Cancellable<ScoredImage> encode(const ImageToScore& image, const Job& job = {}) const;

private:
    static std::unique_ptr<ImageFile> open(const ImageToScore& image);
    // Of no use if cancelled. kept: but for the way of maps.
    struct Keys
    {
        std::string cache, kept;
    };
    Keys keysOf(const ImageToScore& image, const Job& job) const;
    std::shared_ptr<const EncodedImage> cached(const std::string& key) const;
    // Empty: not kept; cancelled, what it holds is null.
    std::optional<std::shared_ptr<const EncodedImage>> readOut(const std::string& key, const Job& job) const;
    Cancellable<EncodedImage> compute(ImageFile& file, int frame, const Job& job, const std::string& kept) const;

    const Model& m_model;
    const Profile& m_profile;
    EmbeddingCache* m_cache;
    std::string m_mapWay;
    KeptInputs* m_kept = nullptr;
};

} // namespace mama
