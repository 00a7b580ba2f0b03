#pragma once
#include "app/workstation/background_job.h"
#include "app/workstation/run_check.h"

#include <QDialog>
#include <QMap>
#include <QSettings>
#include <QString>
#include <QTimer>
#include <optional>
#include <nlohmann/json.hpp>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableWidget;

namespace mama {

// A new run: its folder, and every setting of the table with its default, range, unit and meaning. A run can be begun
// only from what the check accepts.
class RunForm : public QDialog
{
    Q_OBJECT
public:
    explicit RunForm(QSettings& settings, QWidget* parent = nullptr);

    QString runFolder() const;
    nlohmann::json config() const; // what differs from the defaults
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
    void buildTable();
    void filter(const QString& words);
    void check();     // soon, on a thread of the pool
    void checkNow();
    void take(const RunVerdict& verdict);
    void showDefaults();
    QString text(const QString& key) const;
    void browse(const QString& key, const QString& title);
    void fillPresets();
    void savePreset();

    QSettings& m_settings;
    QLineEdit *m_folder, *m_filter;
    QComboBox* m_presets;
    QTableWidget* m_table;
    QLabel *m_verdict, *m_resources;
    QPushButton* m_start = nullptr;
    QMap<QString, QWidget*> m_editors;
    QTimer m_soon;
    BackgroundJob m_job;
    std::optional<RunVerdict> m_verdictNow; // of what the form says; empty: being checked
    bool m_accepting = false;
};

} // namespace mama
