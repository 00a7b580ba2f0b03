// SetWriter: labels of studies, breasts and images, and what codes mean.
#include "core/library/collection/set_writer_statements.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>

namespace mama {

// Tables repeat a breast's labels on each of its images: the first counts.
void SetWriter::writeBreasts()
{
    std::unordered_map<std::string, bool> written;
    std::size_t done = 0;
    for (const SetBreast& breast : m_rows.breasts) {
        step(done++, m_rows.breasts.size(), "labels of breasts");
        const std::int64_t study = m_studyIds[breast.study];
        for (const SetLabel& label : breast.labels)
            if (written.emplace(labelKey("breast", study, sideText(breast.side), label.task), true).second)
                putOwnLabel({"breast", study, breast.side, !m_studyKnown[breast.study], breast.row}, label);
        if (m_known)
            m_known->told({"breast", 0, m_rows.studies[breast.study].key + " " + sideText(breast.side), {}});
    }
}

// What a user changed stays.
void SetWriter::writeMeanings()
{
    SQLite::Statement add(m_database, "INSERT INTO vocabulary(task, dataset, found, means, value, batch) VALUES"
                                      " (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
    const auto put = [&](const SetMeaning& each, bool value) {
        add.bind(1, each.column);
        add.bind(2, m_dataset);
        add.bind(3, each.code);
        add.bind(4, each.meaning);
        add.bind(5, value ? 1 : 0);
        add.bind(6, m_batch);
        m_result.meanings += add.exec();
        add.reset();
    };
    for (const auto& [word, means] : m_rows.words.words())
        put({word.first, word.second, means}, true);
    for (const SetMeaning& each : m_rows.meanings)
        put(each, false);
}

// Labels of studies, breasts and images that the tables have, which say them no more.
void SetWriter::withdrawLabels()
{
    std::unordered_map<std::int64_t, std::string> breasts, images, studies;
    for (std::size_t i = 0; i < m_studyIds.size(); ++i)
        if (m_studyKnown[i]) {
            studies.emplace(m_studyIds[i], m_rows.studies[i].key);
            if (!m_rows.breasts.empty())
                breasts.emplace(m_studyIds[i], m_rows.studies[i].key);
        }
    for (std::size_t i = 0; i < m_imageIds.size(); ++i)
        images.emplace(m_imageIds[i], m_rows.images[i].path);
    for (const auto& [key, label] : m_labels) {
        if (label.inTables)
            continue;
        const std::size_t first = key.find('|'), second = key.find('|', first + 1), third = key.find('|', second + 1);
        const std::string level = key.substr(0, first);
        const auto& owners = level == "breast" ? breasts : level == "study" ? studies : images;
        const auto owner = owners.find(std::stoll(key.substr(first + 1, second - first - 1)));
        if (owner == owners.end())
            continue;
        const std::string task = key.substr(third + 1), side = key.substr(second + 1, third - second - 1),
                          name = owner->second + (side.empty() ? "" : " " + side);
        if (!m_rows.tasks.contains(task)) {
            m_known->gone(level + " " + name, task + " " + label.value + ": kept");
            continue;
        }
        m_known->withdraw(label.id, task, label.value);
        m_known->told({level.c_str(), 0, name, {}});
    }
}

void SetWriter::putOwnLabel(const Owner& owner, const SetLabel& label)
{
    Current* known = nullptr;
    if (!owner.isNew)
        if (const auto found = m_labels.find(labelKey(owner.level, owner.id, sideText(owner.side), label.task));
            found != m_labels.end())
            known = &found->second;
    if (known)
        known->inTables = true;
    putLabel(owner, label, known);
}

void SetWriter::putLabel(const Owner& owner, const SetLabel& label, const KnownRecords::Label* known)
{
    if (known && known->value == label.value)
        return;
    const std::string side = sideText(owner.side), row = rowOf(owner.row);
    SQLite::Statement& add = *m_statements->label;
    add.bind(1, owner.level);
    add.bind(2, owner.id);
    add.bindNoCopy(3, side);
    add.bind(4, label.task);
    add.bindNoCopy(5, label.value);
    add.bindNoCopy(6, m_rows.name);
    add.bindNoCopy(7, m_now);
    add.bindNoCopy(8, row);
    add.bind(9, m_batch);
    const std::int64_t id = insert(add);
    ++m_result.labels;
    if (!owner.isNew)
        m_known->changed(label.task, known ? known->value : "", label.value);
    if (!known)
        return;
    SQLite::Statement& replace = *m_statements->replace;
    replace.bind(1, id);
    replace.bind(2, known->id);
    replace.exec();
    replace.reset();
}

} // namespace mama
