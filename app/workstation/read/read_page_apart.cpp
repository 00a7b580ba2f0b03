// The pictures in a window of their own, and the keyboard's way to them.
#include "app/workstation/read/read_page.h"
#include "app/workstation/screens/pictures_apart.h"

#include <QAction>
#include <QBoxLayout>
#include <QStackedWidget>

namespace mama {

void ReadPage::buildApart(QBoxLayout& home)
{
    m_apart = new PicturesApart(*m_content, home, m_settings, this);
    connect(m_apart, &PicturesApart::changed, this, [this](bool apart) {
        m_apart->setWords(tr("The pictures are in a window of their own. %1, or closing it, brings them back.")
                              .arg(keyOf("view.apart")));
        coverLegend();
        if (apart)
            m_apart->window()->setFocusProxy(m_content->currentWidget());
        toPictures(Qt::OtherFocusReason);
    });
    connect(m_apart, &PicturesApart::monitorGone, this,
            [this] { Q_EMIT told(tr("The monitor of the pictures is gone: they are back in this window."), false); });
}

void ReadPage::toPictures(Qt::FocusReason reason)
{
    m_content->currentWidget()->setFocus(reason);
    if (m_apart->isApart())
        m_apart->window()->activateWindow();
}

} // namespace mama
