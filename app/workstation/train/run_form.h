#pragma once
#include "app/workstation/engine/background_job.h"
#include "app/workstation/train/run_check.h"

#include <QDialog>
#include <QSettings>
#include <QString>
#include <QTimer>
#include <nlohmann/json.hpp>
#include <optional>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace mama {

class SettingsTree;

// A new run: its folder, and every setting of the table with its default, range, unit and meaning. A run can be begun
// only from what the check accepts.
class RunForm : public QDialog
{
    Q_OBJECT
public:
    explicit RunForm(QSettings& settings, QWidget* parent = nullptr);

    QString runFolder() const;
    nlohmann::json config() const;
    SettingsTree& tree() { return *m_tree; }
    void setConfig(const nlohmann::json& config);
    void setValue(const QString& key, const QString& value);
    void setRunFolder(const QString& folder);
    QString problem() const; // what the check refuses; empty: nothing
    // Once the check has found nothing.
    void accept() override;

Q_SIGNALS:
    void checked(); // the verdict on screen is that of the settings on screen

protected:
    void changeEvent(QEvent* event) override;

private:
    QWidget* buildTop();
    void filter();
    void check(); // soon, on a thread of the pool
    void checkNow();
    void take(const RunVerdict& verdict);
    void goToProblem();
    void fillPresets();
    void savePreset();

    QSettings& m_settings;
    QLineEdit *m_folder, *m_filter;
    QComboBox* m_presets;
    QCheckBox* m_changedOnly;
    SettingsTree* m_tree;
    QLabel *m_verdict, *m_warnings, *m_resources;
    QPushButton *m_goTo = nullptr, *m_start = nullptr;
    QString m_refusedKey; // the setting that the verdict names; empty: none
    QTimer m_soon;
    BackgroundJob m_job;
    std::shared_ptr<TablesSeen> m_tables = std::make_shared<TablesSeen>();
    std::optional<RunVerdict> m_verdictNow; // of what the form says; empty: being checked
    bool m_accepting = false;
};

} // namespace mama
