#pragma once
#include "app/workstation/run_view.h"

#include <QTabWidget>

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QTableWidget;

namespace mama {

class RunCompare;

// Below the curves: the latest figures, the log with a search, and the comparison.
class RunDetails : public QTabWidget
{
    Q_OBJECT
public:
    explicit RunDetails(QWidget* parent = nullptr);
    void show(const RunView* run, const RunView* other);

private:
    void showLog();

    QTableWidget* m_figures;
    QLabel* m_figuresHint;
    QLineEdit* m_search;
    QPlainTextEdit* m_logText;
    RunCompare* m_compare;
    QStringList m_log;
};

} // namespace mama
