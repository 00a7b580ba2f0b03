// SetWriter: findings, and which of those that are known the rows are.
#include "core/library/collection/set_writer_statements.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>

namespace mama {
namespace {

void bind(SQLite::Statement& statement, int place, char side) { statement.bind(place, sideText(side)); }

} // namespace

void SetWriter::matchKnownFindings()
{
    std::unordered_map<std::uint32_t, std::vector<std::size_t>> rows; // by study
    if (!m_rows.findings.empty())
        for (std::uint32_t study = 0; study < m_studyKnown.size(); ++study)
            if (m_studyKnown[study])
                rows[study];
    for (std::size_t i = 0; i < m_rows.findings.size(); ++i)
        if (const auto found = rows.find(m_rows.findings[i].study); found != rows.end())
            found->second.push_back(i);
    for (const auto& [study, indices] : rows) {
        std::vector<KnownFinding> known = m_known->findingsOf(m_studyIds[study]);
        std::vector<TableFinding> now;
        for (const std::size_t i : indices) {
            const SetFinding& finding = m_rows.findings[i];
            now.push_back({&finding, finding.image && finding.region ? m_imageIds[*finding.image] : 0});
        }
        const auto matches = matchFindings(known, now);
        std::vector<char> found(known.size());
        for (std::size_t i = 0; i < indices.size(); ++i)
            if (matches[i] >= 0) {
                found[static_cast<std::size_t>(matches[i])] = 1;
                m_findings.emplace(indices[i], known[static_cast<std::size_t>(matches[i])]);
            }
        for (std::size_t i = 0; i < known.size(); ++i)
            if (!found[i])
                m_known->gone("finding of study " + m_rows.studies[study].key,
                              (known[i].side.empty() ? "" : known[i].side + " ") + std::to_string(known[i].number) +
                                  ", from " + known[i].row + ": kept");
    }
}

void SetWriter::updateFinding(const KnownFinding& known, const SetFinding& finding)
{
    m_known->compare(known, finding, m_rows.tasks.contains("kinds"));
    auto before = m_known->labelsOf(known.id);
    for (const SetLabel& label : finding.labels) {
        const auto found = before.find(label.task);
        putLabel({"finding", known.id, ' ', false, finding.row}, label,
                 found == before.end() ? nullptr : &found->second);
        if (found != before.end())
            before.erase(found);
    }
    const std::string& study = m_rows.studies[finding.study].key;
    for (const auto& [task, label] : before)
        if (m_rows.tasks.contains(task))
            m_known->withdraw(label.id, task, label.value);
        else
            m_known->gone("finding of study " + study, task + " " + label.value + ", a column that is not there: kept");
    const std::span<const SetRegion> regions =
        finding.image && finding.region ? std::span(&*finding.region, 1) : std::span<const SetRegion>();
    if (m_known->compareRegions({"finding", known.id, "of study " + study, {}}, regions) < regions.size()) {
        addRegion(m_imageIds[*finding.image], known.id, *finding.region);
        m_known->changed("region", "", "marked");
    }
    if (m_known->told({"finding", known.id, "of study " + study, rowOf(finding.row)}))
        m_known->setContent(known.id, finding.content);
}

// Files that may be a finding's mask: what they hold is decided when they are read.
void SetWriter::addMasks(std::int64_t id, const SetFinding& finding)
{
    if (!finding.image)
        return;
    SQLite::Statement& add = *m_statements->mask;
    for (const std::string& path : finding.masks) {
        add.bind(1, m_imageIds[*finding.image]);
        add.bind(2, id);
        add.bindNoCopy(3, path);
        add.bind(4, m_batch);
        m_result.masks += add.exec();
        add.reset();
    }
}

void SetWriter::writeFindings()
{
    if (m_known)
        matchKnownFindings();
    for (std::size_t i = 0; i < m_rows.findings.size(); ++i) {
        const SetFinding& finding = m_rows.findings[i];
        step(i, m_rows.findings.size(), "findings");
        if (const auto known = m_findings.find(i); known != m_findings.end()) {
            updateFinding(known->second, finding);
            addMasks(known->second.id, finding);
            continue;
        }
        const std::string row = rowOf(finding.row);
        SQLite::Statement& add = *m_statements->finding;
        add.bind(1, m_studyIds[finding.study]);
        bind(add, 2, finding.side);
        add.bind(3, finding.number);
        add.bindNoCopy(4, finding.kinds);
        add.bind(5, static_cast<std::int64_t>(finding.content));
        add.bindNoCopy(6, row);
        add.bind(7, m_batch);
        const std::int64_t id = insert(add);
        ++m_result.findings;
        if (finding.image && finding.region)
            addRegion(m_imageIds[*finding.image], id, *finding.region);
        addMasks(id, finding);
        for (const SetLabel& label : finding.labels)
            putLabel({"finding", id, ' ', true, finding.row}, label, nullptr);
    }
}

} // namespace mama
