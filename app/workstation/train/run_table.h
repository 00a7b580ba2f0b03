#pragma once
#include <QSettings>
#include <QWidget>

class QLabel;
class QTableView;

namespace mama {

class RunList;
class RunModel;

// The listed runs as a table of chosen settings and last figures. A row chooses its run, a heading sorts; the columns
// are kept in the settings, and are by themselves those in which the runs differ.
class RunTable : public QWidget
{
    Q_OBJECT
public:
    // List and settings must outlive the table.
    RunTable(RunList& list, QSettings& settings, QWidget* parent = nullptr);
    void chooseColumns();
    QString tabbed() const; // what is shown, for a spreadsheet

Q_SIGNALS:
    void told(const QString& text, bool isError);

protected:
    void showEvent(QShowEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void showColumns();
    void showChosen();
    void fitColumns();

    RunList& m_list;
    QSettings& m_settings;
    RunModel& m_model;
    QTableView* m_table;
    QLabel* m_hint;
    bool m_showing = false;
};

} // namespace mama
