#include "core/training/processes/collectives.h"

#include "core/base/error.h"
#include "core/training/loop/process_group.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <torch/torch.h>

namespace mama {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

constexpr std::int64_t bucket = std::int64_t{16} << 20; // values of gradients that travel together

Tensor onHost(const Tensor& tensor) { return tensor.detach().cpu().contiguous(); }

template <class T>
std::span<T> spanOf(const Tensor& host)
{
    return {host.data_ptr<T>(), static_cast<std::size_t>(host.numel())};
}

std::span<std::byte> bytesOf(const Tensor& host) { return {static_cast<std::byte*>(host.data_ptr()), host.nbytes()}; }

class GatherFunction : public torch::autograd::Function<GatherFunction>
{
public:
    // own [n, ...]; rows: n of every process.
    static Tensor forward(AutogradContext* context, const Tensor& own, const Collectives* together, ProcessGroup* group,
                          const std::vector<std::int64_t>& rows)
    {
        const auto rank = static_cast<std::size_t>(group->rank());
        context->saved_data["together"] = reinterpret_cast<std::int64_t>(together);
        context->saved_data["first"] =
            std::accumulate(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(rank), std::int64_t{0});
        context->saved_data["rows"] = rows[rank];
        std::vector<std::int64_t> shape = own.sizes().vec();
        shape[0] = *std::max_element(rows.begin(), rows.end());
        const Tensor padded = torch::zeros(shape, own.scalar_type());
        padded.narrow(0, 0, rows[rank]).copy_(own.detach());
        shape.insert(shape.begin(), group->size());
        const Tensor all = torch::empty(shape, own.scalar_type());
        group->gather(bytesOf(padded), bytesOf(all));
        std::vector<Tensor> parts;
        for (std::size_t i = 0; i < rows.size(); ++i)
            parts.push_back(all[static_cast<std::int64_t>(i)].narrow(0, 0, rows[i]));
        return torch::cat(parts).to(own.device());
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients)
    {
        Tensor all = gradients[0].contiguous().clone();
        reinterpret_cast<const Collectives*>(context->saved_data["together"].toInt())->sum(all);
        return {all.narrow(0, context->saved_data["first"].toInt(), context->saved_data["rows"].toInt()), Tensor(),
                Tensor(), Tensor()};
    }
};

// What belongs to a channel in axis 1.
struct Channels
{
    std::vector<std::int64_t> others, shape;
    explicit Channels(const Tensor& x) : others{0}, shape(static_cast<std::size_t>(x.dim()), 1)
    {
        for (std::int64_t axis = 2; axis < x.dim(); ++axis)
            others.push_back(axis);
        shape[1] = x.size(1);
    }
};

class NormaliseFunction : public torch::autograd::Function<NormaliseFunction>
{
public:
    // x [M, C, ...], mean and rate (1 / deviation) [C] over all `count` values a channel of all processes.
    static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& mean, const Tensor& rate,
                          double count, const Collectives* together)
    {
        const Channels channels(x);
        const Tensor y = (x - mean.view(channels.shape)) * rate.view(channels.shape);
        context->save_for_backward({y, rate});
        context->saved_data["count"] = count;
        context->saved_data["together"] = reinterpret_cast<std::int64_t>(together);
        return y;
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients)
    {
        const auto saved = context->get_saved_variables();
        const Tensor &y = saved[0], &rate = saved[1], &gradient = gradients[0];
        const auto* together = reinterpret_cast<const Collectives*>(context->saved_data["together"].toInt());
        const double count = context->saved_data["count"].toDouble();
        const Channels channels(y);
        Tensor sums =
            torch::stack({gradient.sum(channels.others), (gradient * y).sum(channels.others)}).to(torch::kDouble);
        together->sum(sums);
        const Tensor means = (sums / count).to(y.scalar_type());
        const Tensor own =
            (gradient - means[0].view(channels.shape) - y * means[1].view(channels.shape)) * rate.view(channels.shape);
        return {own, Tensor(), Tensor(), Tensor(), Tensor()};
    }
};

} // namespace

int Collectives::rank() const { return m_group.rank(); }
int Collectives::size() const { return m_group.size(); }

std::vector<std::int64_t> Collectives::gather(const std::vector<std::int64_t>& own) const
{
    const auto size = static_cast<std::size_t>(m_group.size());
    const std::int64_t count = static_cast<std::int64_t>(own.size());
    std::vector<std::int64_t> counts(size);
    m_group.gather(std::as_bytes(std::span(&count, 1)), std::as_writable_bytes(std::span(counts)));
    const auto longest = static_cast<std::size_t>(*std::max_element(counts.begin(), counts.end()));
    std::vector<std::int64_t> padded(own), all(size * longest), values;
    padded.resize(longest);
    if (longest > 0)
        m_group.gather(std::as_bytes(std::span(padded)), std::as_writable_bytes(std::span(all)));
    for (std::size_t i = 0; i < size; ++i)
        values.insert(values.end(), all.begin() + static_cast<std::ptrdiff_t>(i * longest),
                      all.begin() + static_cast<std::ptrdiff_t>(i * longest) + counts[i]);
    return values;
}

Tensor Collectives::gather(const Tensor& own) const
{
    const Tensor plain = own.scalar_type() == torch::kDouble ? own : own.to(torch::kFloat);
    return GatherFunction::apply(plain, this, &m_group, gather(std::vector<std::int64_t>{own.size(0)}));
}

double Collectives::sum(double own) const
{
    m_group.sum(std::span(&own, 1));
    return own;
}

void Collectives::sum(Tensor& values) const
{
    Tensor host = onHost(values);
    if (host.scalar_type() == torch::kDouble)
        m_group.sum(spanOf<double>(host));
    else
        m_group.sum(spanOf<float>(host));
    if (host.data_ptr() != values.data_ptr())
        values.copy_(host);
}

Tensor Collectives::normalise(const Tensor& x, const Tensor& runningMean, const Tensor& runningVariance,
                              const Settings& settings) const
{
    Tensor mean, rate;
    double count = 0;
    {
        const torch::NoGradGuard noGradients;
        const auto own = static_cast<double>(x.numel() / x.size(1));
        const auto [variance, centre] = torch::var_mean(x.detach(), Channels(x).others, /*unbiased=*/false);
        // [3, C]: values a channel, their mean, squares about it
        const Tensor part = onHost(torch::stack({torch::full_like(centre, own, torch::kDouble),
                                                 centre.to(torch::kDouble), variance.to(torch::kDouble) * own}));
        const Tensor all = torch::empty({m_group.size(), 3, x.size(1)}, torch::kDouble);
        m_group.gather(bytesOf(part), bytesOf(all));
        const Tensor counts = all.select(1, 0), means = all.select(1, 1);
        count = counts.select(1, 0).sum().item<double>();
        const Tensor wholeMean = (counts * means).sum(0) / count;
        const Tensor squares = all.select(1, 2).sum(0) + (counts * (means - wholeMean).pow(2)).sum(0);
        mean = wholeMean.to(x.device(), x.scalar_type());
        rate = torch::rsqrt(squares / count + settings.eps).to(x.device(), x.scalar_type());
        // The running variance is that of a sample.
        runningMean.detach()
            .mul_(1 - settings.momentum)
            .add_(wholeMean.to(runningMean.device(), runningMean.scalar_type()), settings.momentum);
        runningVariance.detach()
            .mul_(1 - settings.momentum)
            .add_((squares / (count - 1)).to(runningVariance.device(), runningVariance.scalar_type()),
                  settings.momentum);
    }
    return NormaliseFunction::apply(x, mean, rate, count, this);
}

void Collectives::averageGradients(const NamedTensors& trained) const
{
    const torch::NoGradGuard noGradients;
    std::vector<double> present;
    for (const auto& [name, tensor] : trained)
        present.push_back(tensor.grad().defined() ? 1 : 0);
    m_group.sum(std::span(present));
    std::vector<Tensor> waiting;
    std::int64_t values = 0;
    const auto send = [&] {
        if (waiting.empty())
            return;
        std::vector<Tensor> flat;
        for (const Tensor& gradient : waiting)
            flat.push_back(onHost(gradient).to(torch::kFloat).flatten());
        Tensor together = torch::cat(flat);
        m_group.sum(spanOf<float>(together));
        together.div_(m_group.size());
        std::int64_t place = 0;
        for (const Tensor& gradient : waiting) {
            gradient.copy_(together.narrow(0, place, gradient.numel()).view(gradient.sizes()));
            place += gradient.numel();
        }
        waiting.clear();
        values = 0;
    };
    std::size_t number = 0;
    for (const auto& [name, tensor] : trained) {
        if (present[number++] == 0)
            continue;
        if (!tensor.grad().defined())
            tensor.mutable_grad() = torch::zeros_like(tensor);
        waiting.push_back(tensor.grad());
        values += tensor.numel();
        if (values >= bucket)
            send();
    }
    send();
}

void Collectives::copyFromFirst(const NamedTensors& tensors) const
{
    const torch::NoGradGuard noGradients;
    for (const auto& [name, tensor] : tensors) {
        Tensor host = onHost(tensor);
        m_group.copyFromFirst(bytesOf(host));
        if (host.data_ptr() != tensor.data_ptr())
            tensor.detach().copy_(host);
    }
}

} // namespace mama
