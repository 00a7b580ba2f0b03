#pragma once
#include <QWidget>

class QLabel;

namespace mama {

// One message across the window, until it is read and put away, or another one comes.
class MessageStrip : public QWidget
{
    Q_OBJECT
public:
    explicit MessageStrip(QWidget* parent = nullptr);

    void tell(const QString& text, bool isError); // empty: nothing to say

private:
    QLabel* m_text;
};

} // namespace mama
