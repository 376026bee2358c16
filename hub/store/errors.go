package store

import "errors"

// The sentinels that drivers fold their errors into. Each text is one line
// for the person who has to act on it.
var (
	ErrNotFound    = errors.New("没有这一条 · 可能号码有误或不在您的区县 · 请核对后再查")
	ErrConflict    = errors.New("别人刚改过这一条 · 您的修改没有保存 · 请刷新后对照再改")
	ErrDuplicate   = errors.New("已经有这一条 · 没有重复保存 · 请查看已有的那一条")
	ErrClosed      = errors.New("这通电话的记录已经结束 · 不能再改 · 需要补充请写受理单")
	ErrInvalid     = errors.New("内容不完整 · 没有保存 · 请补全后再提交")
	ErrUnavailable = errors.New("数据库暂时连不上 · 这次没有保存 · 请稍后重试或联系管理员")
	ErrFull        = errors.New("中心磁盘已满 · 新内容存不下 · 请管理员立即清理磁盘")
	ErrReadOnly    = errors.New("数据库只能读不能写 · 新内容存不下 · 请管理员检查磁盘和权限")
	ErrCorrupt     = errors.New("数据库已损坏 · 坏的这一处不当真的用 · 请管理员从备份恢复")
	ErrAddress     = errors.New("数据库地址写得不对 · 连不上数据库 · 请改正配置里的地址后再启动")
	ErrInUse       = errors.New("另一个坐席中心正在使用这份数据 · 本次没有启动 · 请先停止那一个")
	ErrNewer       = errors.New("数据由更新版本的坐席中心写成 · 本版本不能读 · 请升级后再启动")
)

var sentinels = []error{
	ErrNotFound, ErrConflict, ErrDuplicate, ErrClosed, ErrInvalid, ErrUnavailable,
	ErrFull, ErrReadOnly, ErrCorrupt, ErrAddress, ErrInUse, ErrNewer,
}

// Plain gives the line to show for an error of the store, and whether it was one.
func Plain(err error) (string, bool) {
	for _, s := range sentinels {
		if errors.Is(err, s) {
			return s.Error(), true
		}
	}
	return "", false
}
