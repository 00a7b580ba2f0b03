#pragma once
#include <QWidget>

class QLabel;

namespace mama {

// One message in the row of the pages' tabs, where nothing else is, until it is read and put away, or another one
// comes. Nothing of the page moves for it; one of several lines lies over what is below.
class MessageStrip : public QWidget
{
    Q_OBJECT
public:
    // beside: at whose right it stands, in a row somewhere in the parent.
    MessageStrip(const QWidget& beside, QWidget* parent);

    void tell(const QString& text, bool isError); // empty: nothing to say
    void place();                                 // over what else the parent shows
    void setCovered(const QMargins& covered);     // what is left free at both sides of the row

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    const QWidget& m_beside;
    QMargins m_covered;
    QLabel* m_text;
    bool m_justFailed = false; // in this turn of the event loop
};

} // namespace mama
