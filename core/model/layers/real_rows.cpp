#include "core/model/layers/real_rows.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

namespace mama {
namespace {

// Every place is taken once, so that each way is the other's gradient; index_select's own would add row by row.
at::Tensor taken(const at::Tensor& all, const at::Tensor& places) { return all.index_select(0, places); }

at::Tensor placed(const at::Tensor& rows, const at::Tensor& places, std::int64_t count)
{
    return at::zeros({count, rows.size(1)}, rows.options()).index_copy_(0, places, rows);
}

class Take : public torch::autograd::Function<Take>
{
public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& all,
                              const at::Tensor& places)
    {
        context->saved_data["places"] = places;
        context->saved_data["count"] = all.size(0);
        return taken(all.detach(), places);
    }

    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::tensor_list gradients)
    {
        return {placed(gradients[0], context->saved_data["places"].toTensor(), context->saved_data["count"].toInt()),
                {}};
    }
};

class Put : public torch::autograd::Function<Put>
{
public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& rows,
                              const at::Tensor& places, std::int64_t count)
    {
        context->saved_data["places"] = places;
        return placed(rows.detach(), places, count);
    }

    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::tensor_list gradients)
    {
        return {taken(gradients[0], context->saved_data["places"].toTensor()), {}, {}};
    }
};

} // namespace

RealRows::RealRows(const at::Tensor& mask)
    : m_batch(mask.size(0)), m_length(mask.size(1)), m_places(mask.flatten().nonzero().squeeze(1))
{}

at::Tensor RealRows::of(const at::Tensor& padded) const
{
    return Take::apply(padded.reshape({m_batch * m_length, padded.size(2)}), m_places);
}

at::Tensor RealRows::padded(const at::Tensor& rows) const
{
    return Put::apply(rows, m_places, m_batch * m_length).view({m_batch, m_length, rows.size(1)});
}

} // namespace mama
