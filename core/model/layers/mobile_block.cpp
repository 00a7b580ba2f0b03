#include "core/model/layers/mobile_block.h"

#include "core/model/kernels/depthwise_avx512.h"
#include "core/model/kernels/kernels.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <algorithm>
#include <deque>

namespace mama {
namespace {

// Of a band of the widened picture, for each thread: within a core's own cache.
constexpr std::int64_t bandBytes = 768 << 10;
// Channels that one task takes of a row.
constexpr std::int64_t taskChannels = 8 * avx512::depthwiseBlock;

// y [N, C, H, W] -> [N, C]. As a product: its sums run along channels, which lie side by side, and in float32.
at::Tensor meansOf(const at::Tensor& y)
{
    const at::Tensor rows = y.permute({0, 2, 3, 1}).flatten(1, 2);
    const at::Tensor ones = at::ones({1, 1, rows.size(1)}, rows.options()).expand({rows.size(0), 1, rows.size(1)});
    return at::bmm(ones, rows).squeeze(1).to(at::kFloat) / rows.size(1);
}

// The widened picture as far as it is needed: bands of rows, of which those behind the next output are let go.
template <class T>
class Bands
{
public:
    Bands(const at::Tensor& x, const std::optional<Convolution>& expand)
        : m_x(x), m_expand(expand), m_rows(static_cast<std::size_t>(x.size(2)), nullptr)
    {
        if (!expand)
            keep(x, 0);
    }
    // Rows up to `end` are there after it, those before `begin` no longer.
    void reach(std::int64_t begin, std::int64_t end)
    {
        while (!m_kept.empty() && m_kept.front().end <= begin)
            m_kept.pop_front();
        if (end > m_made)
            keep(m_expand->swish(m_x.narrow(2, m_made, end - m_made)), m_made);
    }
    const T* row(std::int64_t at) const // null outside the picture
    {
        return at < 0 || at >= m_x.size(2) ? nullptr : m_rows[static_cast<std::size_t>(at)];
    }

private:
    struct Band
    {
        at::Tensor values;
        std::int64_t end;
    };
    void keep(const at::Tensor& made, std::int64_t first)
    {
        const at::Tensor values = made.contiguous(at::MemoryFormat::ChannelsLast);
        const auto* data = static_cast<const T*>(values.const_data_ptr());
        for (std::int64_t r = 0; r < values.size(2); ++r)
            m_rows[static_cast<std::size_t>(first + r)] = data + r * values.size(3) * values.size(1);
        m_made = first + values.size(2);
        m_kept.push_back({values, m_made});
    }

    const at::Tensor& m_x;
    const std::optional<Convolution>& m_expand;
    std::vector<const T*> m_rows;
    std::deque<Band> m_kept;
    std::int64_t m_made = 0;
};

template <class T>
at::Tensor arrangedRows(const at::Tensor& rows) // [n, channels] -> [n, padded]
{
    const at::Tensor made = at::zeros({rows.size(0), avx512::padded(rows.size(1))});
    auto to = made.accessor<float, 2>();
    const at::Tensor from = rows.contiguous();
    const auto values = from.accessor<float, 2>();
    for (std::int64_t r = 0; r < rows.size(0); ++r)
        for (std::int64_t c = 0; c < rows.size(1); ++c)
            to[r][avx512::arranged<T>(c)] = values[r][c];
    return made;
}

} // namespace

MobileBlock::MobileBlock(Parts parts) : m_parts(std::move(parts)) {}

void MobileBlock::pack(Precision precision)
{
    const at::Tensor middle = m_parts.depthwise.weight(), bias = m_parts.depthwise.bias();
    const std::int64_t wide = middle.size(0), kernel = m_parts.depthwise.kernel(), stride = m_parts.depthwise.stride();
    const bool bf16 = precision == Precision::Bf16;
    m_banded = kernels::haveAvx512() && middle.device().is_cpu() && (kernel == 3 || kernel == 5) &&
               (stride == 1 || stride == 2) && wide % 2 == 0;
    if (m_banded) {
        const at::Tensor rows = middle.flatten(1).t(), biases = bias.unsqueeze(0);
        m_weights = bf16 ? arrangedRows<std::uint16_t>(rows) : arrangedRows<float>(rows);
        m_bias = bf16 ? arrangedRows<std::uint16_t>(biases) : arrangedRows<float>(biases);
        m_projection = m_parts.project.weight().flatten(1);
    }
    if (m_parts.expand)
        m_parts.expand->pack(precision);
    if (m_banded)
        return;
    m_parts.depthwise.pack(precision);
    m_parts.project.pack(precision);
}

at::Tensor MobileBlock::gate(const at::Tensor& means) const
{
    const at::Tensor squeezed = at::silu(at::linear(means, m_parts.reduceWeight, m_parts.reduceBias));
    return at::sigmoid(at::linear(squeezed, m_parts.gateWeight, m_parts.gateBias));
}

at::Tensor MobileBlock::whole(const at::Tensor& x) const
{
    at::Tensor y = m_parts.depthwise.swish(m_parts.expand ? m_parts.expand->swish(x) : x);
    y = m_parts.project(y.mul_(gate(meansOf(y)).to(y.scalar_type()).unsqueeze(2).unsqueeze(3)));
    return m_parts.skips ? y.add_(x) : y;
}

template <class T>
MobileBlock::Middle MobileBlock::inBands(const at::Tensor& x) const
{
    const ConvolutionSteps steps = m_parts.depthwise.steps();
    const std::int64_t wide = m_projection.size(1), kernel = m_parts.depthwise.kernel(), width = x.size(3);
    const std::int64_t rows = size(x.size(2)), columns = size(width);
    const avx512::Depthwise of{m_weights.const_data_ptr<float>(),
                               m_bias.const_data_ptr<float>(),
                               wide,
                               width,
                               columns,
                               kernel,
                               steps.stride,
                               steps.low};
    at::Tensor y = at::empty({1, wide, rows, columns}, x.options(), at::MemoryFormat::ChannelsLast);
    const at::Tensor sums = at::empty({rows, wide});
    auto* out = static_cast<T*>(y.mutable_data_ptr());
    auto* sum = sums.mutable_data_ptr<float>();
    Bands<T> bands(x, m_parts.expand);
    const std::int64_t rowBytes = width * wide * static_cast<std::int64_t>(sizeof(T)) * steps.stride;
    const std::int64_t step =
        m_parts.expand ? std::max<std::int64_t>(1, bandBytes * at::get_num_threads() / rowBytes) : rows;
    const std::int64_t parts = (wide + taskChannels - 1) / taskChannels;
    for (std::int64_t first = 0; first < rows; first += step) {
        const std::int64_t last = std::min(rows, first + step);
        if (m_parts.expand)
            bands.reach(first * steps.stride - steps.low,
                        std::min(x.size(2), (last - 1) * steps.stride - steps.low + kernel));
        at::parallel_for(first * parts, last * parts, 1, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t task = begin; task < end; ++task) {
                const std::int64_t row = task / parts, channel = task % parts * taskChannels;
                const T* taps[5];
                for (std::int64_t k = 0; k < kernel; ++k)
                    taps[k] = bands.row(row * steps.stride - steps.low + k);
                avx512::depthwiseSwish(of, taps, out + row * columns * wide, sum + row * wide, channel,
                                       std::min(wide, channel + taskChannels));
            }
        });
    }
    return {y, sums.sum(0, true) / (rows * columns)};
}

at::Tensor MobileBlock::banded(const at::Tensor& x) const
{
    const Middle middle = x.scalar_type() == at::kBFloat16 ? inBands<std::uint16_t>(x) : inBands<float>(x);
    const at::Tensor gated = m_projection * gate(middle.means);
    return m_parts.project.with(gated, middle.y, m_parts.skips ? x : at::Tensor());
}

at::Tensor MobileBlock::operator()(const at::Tensor& x) const
{
    if (!m_banded)
        return whole(x);
    if (x.size(0) == 1)
        return banded(x.contiguous(at::MemoryFormat::ChannelsLast));
    std::vector<at::Tensor> pictures;
    for (std::int64_t i = 0; i < x.size(0); ++i)
        pictures.push_back(banded(x.narrow(0, i, 1).contiguous(at::MemoryFormat::ChannelsLast)));
    return at::cat(pictures);
}

} // namespace mama
