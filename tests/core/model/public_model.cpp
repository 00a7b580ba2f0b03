#include "tests/core/model/public_model.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>
#include <regex>

namespace mama::test {
namespace {

ComputeOptions computed(Precision precision)
{
    ComputeOptions options;
    options.precision = precision;
    options.device = device();
    return options;
}

} // namespace

PublicModel::PublicModel(const ImportOptions& options, Precision precision)
    : m_reference(options), m_network(m_reference.network()),
      m_model(std::make_unique<TorchModel>(m_reference.parameters, m_reference.imported.description,
                                           Tokenizer::load(m_reference.imported.tokenizerFiles.at(0).parent_path()),
                                           computed(precision)))
{}

ImageEmbedding PublicModel::encode(const at::Tensor& images, const std::string& way) const
{
    const at::Tensor input = images.expand({-1, 3, -1, -1}).contiguous().cpu();
    return *m_model->encodeImages({input.const_data_ptr<float>(), static_cast<std::size_t>(input.numel())},
                                  ImageShape{input.size(0), input.size(2), input.size(3)}, {}, {way});
}

at::Tensor PublicModel::tokens(const at::Tensor& images, LateTokens* late) const
{
    const c10::InferenceMode inference;
    return m_network.image->tokens(images.expand({-1, 3, -1, -1}).contiguous(), {}, {}, late);
}

at::Tensor PublicModel::texts(const std::vector<std::string>& texts) const
{
    const auto made = m_model->encodeTexts(texts);
    return rowsOf(made->global, made->dim);
}

at::Tensor PublicModel::hidden(const std::vector<std::string>& texts) const
{
    const c10::InferenceMode inference;
    std::vector<Tokens> all;
    std::size_t longest = 0;
    for (const std::string& text : texts) {
        all.push_back(encodeText(tokenizer(), rules(), text, false, rules().padded));
        longest = std::max(longest, all.back().ids.size());
    }
    const auto n = static_cast<std::int64_t>(all.size()), length = static_cast<std::int64_t>(longest);
    at::Tensor ids = at::zeros({n, length}, at::kLong), mask = at::zeros({n, length}, at::kBool);
    for (std::int64_t i = 0; i < n; ++i)
        for (std::size_t k = 0; k < all[static_cast<std::size_t>(i)].ids.size(); ++k) {
            ids[i][static_cast<std::int64_t>(k)] = all[static_cast<std::size_t>(i)].ids[k];
            mask[i][static_cast<std::int64_t>(k)] = true;
        }
    return m_network.text->hidden({ids, mask, {}}).to(at::kFloat);
}

std::vector<std::string> textsOf(const ParityCase& parity, const std::string& file)
{
    return parity.json(file).get<std::vector<std::string>>();
}

at::Tensor rowsOf(const std::vector<float>& values, std::int64_t dim)
{
    return at::tensor(values, at::kFloat).view({-1, dim});
}

void compareAll(const ParityCase& parity, const std::string& folder,
                const std::vector<std::pair<std::string, Step>>& steps)
{
    int compared = 0;
    for (const auto& [file, facts] : parity.description().at("files").items()) {
        if (!file.starts_with(folder) || !file.ends_with(".npy"))
            continue;
        const std::string name = file.substr(folder.size(), file.size() - folder.size() - 4);
        const auto step = std::find_if(steps.begin(), steps.end(),
                                       [&](const auto& one) { return std::regex_match(name, std::regex(one.first)); });
        QVERIFY2(step != steps.end(), ("nothing computes " + file).c_str());
        std::smatch found;
        std::regex_match(name, found, std::regex(step->first));
        const at::Tensor made = step->second({found.begin(), found.end()});
        if (!made.defined())
            continue;
        MAMA_SAME(parity.difference(file, valuesOf(made)));
        ++compared;
    }
    QVERIFY2(compared > 0, folder.c_str());
}

} // namespace mama::test
