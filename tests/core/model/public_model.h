#pragma once
#include "core/model/torch_model.h"
#include "tests/core/model/reference_model.h"

#include <functional>
#include <map>

namespace mama::test {

// A checkpoint of another group, imported, with its network's steps in reach.
class PublicModel
{
public:
    explicit PublicModel(const ImportOptions& options, Precision precision = Precision::Fp32);

    const TorchModel& model() const { return *m_model; }
    const nlohmann::json& description() const { return m_reference.imported.description; }
    const ImportedModel& imported() const { return m_reference.imported; }
    const Network& network() const { return m_network; }
    const Tokenizer& tokenizer() const { return *m_model->tokenizer(); }
    const CaptionRules& rules() const { return m_model->captionRules(); }

    // images [N, C, H, W], one channel taken three times; way: of the patches, empty: the default.
    ImageEmbedding encode(const at::Tensor& images, const std::string& way = {}) const;
    at::Tensor tokens(const at::Tensor& images, LateTokens* late = nullptr) const; // [N, T, width]
    at::Tensor texts(const std::vector<std::string>& texts) const;                 // [M, D]
    // Hidden states [M, length, width] of texts as the tokenizer gives them, padded to the longest.
    at::Tensor hidden(const std::vector<std::string>& texts) const;

private:
    ReferenceModel m_reference;
    Network m_network;
    std::unique_ptr<TorchModel> m_model;
};

std::vector<std::string> textsOf(const ParityCase& parity, const std::string& file);
at::Tensor rowsOf(const std::vector<float>& values, std::int64_t dim); // [N, dim]

// Every expected file of a case below `folder` is computed by the first entry whose pattern it matches, and compared;
// one that matches none fails. A pattern's groups are handed on.
using Step = std::function<at::Tensor(const std::vector<std::string>& groups)>;
void compareAll(const ParityCase& parity, const std::string& folder,
                const std::vector<std::pair<std::string, Step>>& steps);

} // namespace mama::test
