#pragma once
#include "core/training/settings/settings.h"

#include <QMap>
#include <QTreeWidget>
#include <nlohmann/json.hpp>
#include <vector>

class QLineEdit;

namespace mama {

// Every setting of a run in groups that fold: value, default, range, unit, meaning. A value that differs from the
// default stands out, and a folded part says how many do.
class SettingsTree : public QTreeWidget
{
    Q_OBJECT
public:
    explicit SettingsTree(QWidget* parent = nullptr);

    nlohmann::json config() const; // what the form says beside the defaults
    void setConfig(const nlohmann::json& config);
    QString value(const QString& key) const;
    void setValue(const QString& key, const QString& value);
    QWidget* editor(const QString& key) const { return m_editors.value(key); }

    // Only rows that hold all the words; with `changedOnly` those that differ from their default. Matches are unfolded.
    void filter(const QString& words, bool changedOnly);
    // Of the task and presets that the form says. A choice that was left at its default goes along to the new one.
    void showDefaults();
    QString keyIn(const QString& text) const; // the first setting that a text names; empty: none
    void showKey(const QString& key);         // unfolded, scrolled to and with the focus

Q_SIGNALS:
    void edited();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Row
    {
        SettingInfo info;
        QTreeWidgetItem* item;
        nlohmann::json standard; // the default as shown; null: not yet
        bool changed = false;
    };
    void addRows(QTreeWidgetItem* parent, const std::vector<std::string>& keys);
    QWidget* makeEditor(const SettingInfo& info);
    void addBrowse(QLineEdit* line, const std::string& key);
    void browse(const QString& key);
    void showPart(QTreeWidgetItem* part);

    std::vector<Row> m_rows;
    QMap<QString, QWidget*> m_editors;
    std::vector<QWidget*> m_order;         // as on screen, for the tab key
    std::vector<QTreeWidgetItem*> m_parts; // groups, and what is rarely changed in them
    bool m_filtered = false;
    std::vector<bool> m_folds; // of the parts, before the filter
};

} // namespace mama
