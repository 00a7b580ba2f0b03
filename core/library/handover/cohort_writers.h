#pragma once
#include "core/library/handover/cohort_export.h"
#include "core/library/handover/handed_study.h"

#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>

namespace mama {

// What every export says beside its rows.
struct ExportFacts
{
    nlohmann::json about; // query, hashes, models, licences
    std::vector<std::string> tasks, sets;
    std::map<std::int64_t, std::string> parts; // of a split, by patient; empty: there is none
    bool identifiers = false;
};

// Takes studies one after another, so that half a million images need little memory.
class CohortWriter
{
public:
    CohortWriter(std::ostream& out, const ExportFacts& facts) : m_out(out), m_facts(facts) {}
    virtual ~CohortWriter() = default;
    void add(const HandedStudy& study);
    virtual void finish() {}
    std::int64_t studies() const { return m_studies; }
    std::int64_t images() const { return m_images; }
    std::int64_t annotations() const { return m_annotations; }

protected:
    struct Names // of a study, as the export gives them
    {
        std::string patient, study, part;
    };
    virtual void write(const HandedStudy& study, const Names& names) = 0;
    std::string pathOf(const HandedImage& image) const; // or a number

    std::ostream& m_out;
    const ExportFacts& m_facts;
    std::int64_t m_studies = 0, m_images = 0, m_annotations = 0;

private:
    std::map<std::int64_t, std::int64_t> m_patients; // numbers in place of names
};

std::unique_ptr<CohortWriter> makeCohortWriter(CohortFile::Form form, std::ostream& out, const ExportFacts& facts);

} // namespace mama
