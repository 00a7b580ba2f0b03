#pragma once
#include <QPointer>
#include <QStringList>
#include <QTimer>
#include <QWidget>

class QLabel;

namespace mama {

// One message in the row of the pages' tabs, where nothing else is. An error stays until it is put away, a notice some
// seconds or until the next action; an error that it lay over is seen again then. Nothing of the page moves for it; one
// of several lines lies over what is below.
class MessageStrip : public QWidget
{
    Q_OBJECT
public:
    // beside: at whose right it stands, in a row somewhere in the parent.
    MessageStrip(const QWidget& beside, QWidget* parent);

    void tell(const QString& text, bool isError); // empty: nothing more to say
    void tellForGood(const QString& error);       // nothing but putting it away ends it
    void withdraw(const QString& text);           // which is so no more
    void nextAction();                            // of the user: a notice is old then
    bool putAway();                               // what is seen; false: nothing was
    void place();                                 // over what else the parent shows
    void setCovered(const QMargins& covered);     // what is left free at both sides of the row
    static int spanOf(const QString& notice);     // milliseconds for which it is seen: as long as reading it takes

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    void showNow();

    QPointer<const QWidget> m_beside; // it may be destroyed first
    QMargins m_covered;
    QLabel* m_text;
    QStringList m_lasting, m_errors; // errors: told at once
    QString m_notice;
    QTimer m_span;             // of the notice
    bool m_justFailed = false; // in this turn of the event loop
};

} // namespace mama
