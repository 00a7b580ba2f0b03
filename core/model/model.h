#pragma once
#include "core/base/progress.h"
#include "core/image/model_input.h"
#include "core/model/kernels/precision.h"
#include "core/text/captions/caption_tokens.h"
#include "core/weights/model_kind.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

namespace mama {

struct ComputeOptions
{
    std::string device = "auto"; // cpu, cuda, cuda:N, auto
    Precision precision = Precision::Auto;
    int threads = 0; // 0: every core of this process
};

enum class Pooling { ZeroShot, Training, Default }; // Default: what model.json says for inference

// What a model is and where it came from; the contents of model.json.
struct ModelInfo
{
    std::string name;
    ModelKind kind = ModelKind::Mama;
    std::string hash;    // SHA-256 of the weights and model.json
    std::string profile; // name of the image profile
    int profileVersion = 1;
    Extent inputSize = defaultInputSize;    // pixels
    CellSize patch = defaultPatch;          // pixels of a cell of the image tower's grid
    int embedding = 512;                    // D
    std::string textFamily;                 // of weights::textFamilies(), "" (none: image-only or linear probe)
    std::string inferencePooling;           // "zero-shot" or "training"
    std::string compat;                     // "default" or "reference"
    std::string trainedOn, licence, notice; // provenance, shown with every result
    bool hasLocal = true;                   // local heads, or a way without: maps are possible
    std::vector<std::string> mapWays;       // of drawing maps, the default first: models.md 8, and read-outs
    double logitScale = 0, logitBias = 0;   // log temperature; what is added (SigLIP)
    std::vector<std::string> classes;       // of a linear-probe head

    // The one of mapWays that is used where `asked` (empty: none) was asked for, read-outs by their own names too;
    // empty: as the model was trained, or maps that have one way only. Error(Usage) lists those there are.
    std::string mapWay(const std::string& asked) const;
};

// What a model keeps of images so that their patches can be drawn in another way without encoding them again: the
// inputs of a transformer's last two blocks, of another tower its last tokens. For the model alone that made it.
class KeptTokens
{
public:
    virtual ~KeptTokens() = default;
    virtual std::uint64_t bytes() const = 0;
};

struct ImageOptions
{
    std::string mapWay = {}; // one of ModelInfo::mapWays; empty: the default
    bool keep = false;       // fills ImageEmbedding::kept
};

struct ImageEmbedding // N images
{
    std::int64_t count = 0, dim = 0, rows = 0, columns = 0;
    std::vector<float> global; // [N, D], L2-normalised (linear probe: logits, not normalised)
    // [N, rows, columns, D], L2-normalised (the way "additive": divided by the length of the image's vector); empty
    // where no maps are possible.
    std::vector<float> patches;
    std::shared_ptr<const KeptTokens> kept = {}; // if asked for, and if there are several ways of maps
};

// Of an array of images.
struct ImageShape
{
    std::int64_t count = 0, height = 0, width = 0;
};

struct TextEmbedding // M texts
{
    std::int64_t count = 0, dim = 0;
    std::vector<float> global;         // [M, D], L2-normalised
    std::vector<float> sentences;      // [sum of sentences, D], L2-normalised
    std::vector<std::int64_t> offsets; // [M + 1]: sentences of text m are rows offsets[m]..offsets[m+1]
    std::vector<std::int64_t> last;    // [M]: the row of text m's last sentence (Tokens::lastSentence); -1: none
    std::vector<bool> cut;             // the text did not fit into the model's length
};

struct TextOptions
{
    bool raw = false; // the text as it is instead of the caption rules
    Pooling pooling = Pooling::Default;
    bool sentences = true; // compute sentence embeddings
    // Text after which a query is encoded (the image's own metadata), "" for none; in every result's provenance.
    std::string prefix;
    int length =
        0; // tokens that a text is cut and padded to (class prompts of some tasks, captionLength); 0: the model's
};

// A loaded model: const and shared, one instance serves many threads' calls one at a time. Torch stays behind this
// header.
class Model
{
public:
    // A model folder (see the command line's manual). Error(Model) names the file and key that is wrong.
    static std::shared_ptr<const Model> load(const std::filesystem::path& folder, const ComputeOptions& options = {},
                                             const Job& job = {});
    virtual ~Model() = default;

    virtual const ModelInfo& info() const = 0;
    virtual const nlohmann::json& description() const = 0; // model.json
    virtual std::string device() const = 0;                // "CPU" or the GPU's name
    virtual Precision precision() const = 0;               // the one in use
    virtual int threads() const = 0;
    virtual const Tokenizer* tokenizer() const = 0; // null: no text tower
    virtual const CaptionRules& captionRules() const = 0;

    // input: [N, 3, H, W] prepared tensors, of a size that the image tower takes. Error(Usage) names a way of maps that
    // there is not. Empty: cancelled.
    virtual Cancellable<ImageEmbedding> encodeImages(std::span<const float> input, const ImageShape& shape,
                                                     const Job& job = {}, const ImageOptions& options = {}) const = 0;
    // The patches of the same images in another way, to the bit as encodeImages() with that way gives them. Empty:
    // cancelled.
    virtual Cancellable<std::vector<float>> readOut(const KeptTokens& kept, const std::string& mapWay,
                                                    const Job& job = {}) const = 0;
    Cancellable<ImageEmbedding> encodeImages(std::span<const float> input, std::int64_t n, std::int64_t height,
                                             std::int64_t width, const Job& job = {}) const
    {
        return encodeImages(input, ImageShape{n, height, width}, job);
    }
    virtual Cancellable<TextEmbedding> encodeTexts(const std::vector<std::string>& texts,
                                                   const TextOptions& options = {}, const Job& job = {}) const = 0;
    // Sentences in the language model's own space, [M, its width], L2-normalised: the mean of its hidden states over
    // the real tokens, without adapters, heads and caption rules. Error(Model) as encodeTexts(). Empty: cancelled.
    virtual Cancellable<std::vector<float>> encodeOwnTexts(const std::vector<std::string>& texts,
                                                           const Job& job = {}) const = 0;
};

} // namespace mama
