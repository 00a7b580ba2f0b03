#include "core/model/layers/parameters.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/weights/import_weights.h"

#include <ATen/ATen.h>
#include <cstring>

namespace mama {
namespace {

at::ScalarType scalarType(TensorType type)
{
    switch (type) {
    case TensorType::F64: return at::kDouble;
    case TensorType::F32: return at::kFloat;
    case TensorType::F16: return at::kHalf;
    case TensorType::BF16: return at::kBFloat16;
    case TensorType::I64: return at::kLong;
    case TensorType::I32: return at::kInt;
    case TensorType::I16: return at::kShort;
    case TensorType::I8: return at::kChar;
    case TensorType::U8: return at::kByte;
    case TensorType::Bool: return at::kBool;
    }
    return at::kFloat;
}

at::Tensor tensorOf(const CanonicalTensor& source)
{
    const at::ScalarType type = scalarType(source.info.type);
    const std::size_t size = bytesPerElement(source.info.type);
    const TensorBytes whole = source.whole();
    const std::span<const std::byte> bytes = whole.bytes;
    if (bytes.size() != static_cast<std::size_t>(source.info.elements()) * size)
        throw Error(ErrorCode::Model, {action::loadModel}, source.info.name,
                    {TextId("model.bytes_do_not_match_shape", "its bytes do not match its shape")});
    if (bytes.empty())
        return at::empty(source.info.shape, type).to(at::isFloatingType(type) ? at::kFloat : type);
    at::Tensor tensor;
    if (reinterpret_cast<std::uintptr_t>(bytes.data()) % size == 0) {
        // The mapping is read-only; nothing here ever writes to a parameter in place.
        auto* data = const_cast<std::byte*>(bytes.data());
        tensor = at::from_blob(
            data, source.info.shape, [file = source.file, copy = whole.copy](void*) {}, type);
    } else {
        tensor = at::empty(source.info.shape, type);
        std::memcpy(tensor.data_ptr(), bytes.data(), bytes.size());
    }
    return at::isFloatingType(type) ? tensor.to(at::kFloat) : tensor;
}

} // namespace

void Parameters::set(const std::string& name, at::Tensor tensor) { m_tensors[name] = std::move(tensor); }

const at::Tensor& Parameters::get(const std::string& name) const
{
    const auto found = m_tensors.find(name);
    if (found == m_tensors.end())
        throw Error(ErrorCode::Model, {action::loadModel}, name,
                    {TextId("model.tensor_missing", "the tensor is missing")});
    return found->second;
}

at::Tensor Parameters::find(const std::string& name) const
{
    const auto found = m_tensors.find(name);
    return found == m_tensors.end() ? at::Tensor() : found->second;
}

Parameters parametersOf(const ImportedModel& model)
{
    Parameters parameters;
    for (const CanonicalTensor& tensor : model.tensors)
        parameters.set(tensor.info.name, tensorOf(tensor));
    return parameters;
}

Parameters moved(const Parameters& parameters, at::Device device)
{
    Parameters made;
    for (const auto& [name, tensor] : parameters.all())
        made.set(name, tensor.to(device));
    return made;
}

} // namespace mama
