#pragma once
#include "core/base/user_text.h"
#include "core/weights/import_weights.h"
#include "core/weights/key_names.h"

#include <map>

namespace mama::weights {

// The tensors of one or two files (model, adapter) gathered under canonical names, before anything is read.
class SourceTensors
{
public:
    // Puts every tensor of the file under its canonical name; what is not used goes into the report.
    void add(const std::shared_ptr<const WeightFile>& file, const Naming& naming, ImportReport& report);

    bool contains(const std::string& name) const { return m_pieces.contains(name); }
    // The shape that the tensor will have; empty if there is none of that name.
    std::vector<std::int64_t> shape(const std::string& name) const;
    // One dimension of it, 0 if there is none.
    std::int64_t size(const std::string& name, std::size_t dimension) const;
    std::vector<std::string> names() const;
    // 1 + the largest layer number of names like "<prefix>12.…".
    std::int64_t depth(const std::string& prefix) const;
    // Takes it out: into the report's list of left-over tensors.
    void leaveOver(const std::string& name, const std::string& reason, ImportReport& report);
    // Types, stacking and the number of parts; problems go into the report. The tensor's type and shape.
    TensorInfo check(const std::string& name, bool integer, ImportReport& report) const;
    std::vector<std::string> sourceNames(const std::string& name) const;
    CanonicalTensor read(const std::string& name) const; // check() found nothing wrong

private:
    struct Piece
    {
        TensorInfo info;
        std::shared_ptr<const WeightFile> file;
        int part = 0, parts = 1;
    };

    std::map<std::string, std::vector<Piece>> m_pieces; // by part
};

// NaN, infinities, and negative variances: what is wrong, or empty.
UserText wrongValues(const CanonicalTensor& tensor);
// Matrices of a part of a model, and those of them that hold one value only, which no training leaves behind.
// Adapters are left out: half of theirs begin as zeros.
class FilledMatrices
{
public:
    void add(const CanonicalTensor& tensor, const std::string& source);
    std::size_t matrices() const { return m_matrices; }
    bool noneIsFilled() const { return m_matrices > 0 && m_constant == m_matrices; }
    std::size_t zeros() const { return m_zeros; }
    const std::string& firstZero() const { return m_firstZero; } // names in the source
    const std::string& first() const { return m_first; }

private:
    std::size_t m_matrices = 0, m_constant = 0, m_zeros = 0;
    std::string m_first, m_firstZero;
};

} // namespace mama::weights
