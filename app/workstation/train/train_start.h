#pragma once
#include <QWidget>

namespace mama {

// What the train page shows while it knows no run: what a run is, and the two ways to one.
class TrainStart : public QWidget
{
    Q_OBJECT
public:
    explicit TrainStart(QWidget* parent = nullptr);

Q_SIGNALS:
    void newAsked();
    void openAsked();
};

} // namespace mama
