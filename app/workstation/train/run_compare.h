#pragma once
#include "app/workstation/runs/run_view.h"

#include <QWidget>

class QLabel;
class QTableWidget;

namespace mama {

// Two runs side by side: the settings that differ, and the latest figures with their intervals.
class RunCompare : public QWidget
{
    Q_OBJECT
public:
    explicit RunCompare(QWidget* parent = nullptr);
    void show(const RunView* first, const RunView* second); // nullptr: not chosen

private:
    QLabel* m_hint;
    QTableWidget *m_settings, *m_figures;
};

QString figureText(const MetricValue& value); // "0.812 (0.780 to 0.841), n = 400"

} // namespace mama
